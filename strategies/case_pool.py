"""The generated cases of an operation in the order of what they add, two negative ones after each positive one.

schemathesis enumerates boundaries and single faults (its coverage phase); our own strategies combine values at the
edges of several places; `deep` adds what schemathesis draws. Generation takes most of the time of a run and depends on
the description and the seed only, so its result is cached on disk.
"""

import heapq
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache, partial
from hashlib import sha256
from itertools import chain, zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from conformance.adapters import GeneratedCase, GenerationMode
from conformance.description import Description
from conformance.model import Operation
from conformance.model.keyword import Keyword
from conformance.validation import SchemaValidators, validate_request
from conformance.validation.requests import is_ambiguous
from strategies import validity
from strategies.bodies import schema_of_body
from strategies.combinations import draw_combinations
from strategies.determinism import exclude_local_constants
from strategies.disk_cache import load_or_make
from strategies.keywords import OperationKeywords
from strategies.parameter_defects import enumerate_parameter_defects

if TYPE_CHECKING:
    from conformance.adapters.schemathesis_adapter import SchemathesisAdapter

POSITIVES, NEGATIVES = 20, 28  # most cases of an operation
_FUZZED = 4  # cases of each mode that schemathesis draws
_LARGEST = 8_192  # bytes of a case: a server refuses longer ones for their length, which shows nothing else
_SMALL_GAIN = 0.1  # of a combination, or of a parameter left out, beside that of a value


class PooledCase(msgspec.Struct, frozen=True):
    """A case, with the pointers that the compiled validators object to, such as `query:page_size` or `body/name`.

    `keywords` are those that its request uses.
    """

    case: GeneratedCase
    wrong: tuple[str, ...] = ()
    keywords: tuple[Keyword, ...] = ()


def pool_cases(
    operation: Operation, validators: SchemaValidators, *, seed: int, deep: bool = False, directory: Path | None = None
) -> tuple[PooledCase, ...]:
    """Return the cases of an operation for a seed, at most POSITIVES and NEGATIVES, those that add most first.

    The first cases of an operation use as many keywords of its schemas as so many cases can. Parameters that other
    operations have too count less, so that the first cases of all operations together try each parameter somewhere.
    The first call for a description takes a while. Its result is cached in `directory` (default: the user's cache
    folder), and every later call returns it.
    """
    description = validators.description

    def load_part(name: str, make: Callable[[], Iterable[PooledCase]]) -> tuple[PooledCase, ...]:
        return load_or_make(
            description,
            f"{operation.key} {name}",
            tuple[PooledCase, ...],
            lambda: tuple(make()),
            directory=directory,
        )

    def make_pool() -> Iterator[PooledCase]:
        enumerated = load_part("enumerated", lambda: _enumerate_cases(operation, validators))
        combined = draw_combinations(operation, validators, seed)
        pooled = [*enumerated, *_order_cases(combined, operation, validators)]
        ordered = _order_by_gain(pooled, operation, description)
        if deep:
            ordered += _order_cases(_fuzz_cases(operation, validators, seed), operation, validators)
        unique = {entry.case.request: entry for entry in reversed(ordered)}
        yield from reversed(unique.values())

    return load_part(f"pool {seed} {deep}", make_pool)


def _enumerate_cases(operation: Operation, validators: SchemaValidators) -> Iterator[PooledCase]:
    """Yield what coverage enumerates and the defects of parameters, those that add most of each mode."""
    coverage = _open_door(validators.description).generate_coverage_cases(operation)
    defects = () if operation.body else enumerate_parameter_defects(validators.description, operation)
    cases = chain(defects, coverage)
    pooled = _order_cases(cases, operation, validators)
    yield from _order_by_gain(pooled, operation, validators.description)


def _fuzz_cases(operation: Operation, validators: SchemaValidators, seed: int) -> Iterator[GeneratedCase]:
    """Yield what schemathesis draws, a few cases of each mode."""
    door, is_wanted = _open_door(validators.description), partial(is_sound, operation, validators)
    for mode in GenerationMode:
        with exclude_local_constants():
            cases = door.generate_fuzzing_cases(operation, mode=mode, seed=seed, examples=_FUZZED, is_wanted=is_wanted)
        yield from cases


def _order_cases(
    cases: Iterable[GeneratedCase], operation: Operation, validators: SchemaValidators
) -> list[PooledCase]:
    """Return the sound cases with what the validators object to and the keywords that they use."""
    reader = OperationKeywords(validators.description, operation)
    pooled = []
    for case in cases:
        wrong = find_wrong_pointers(operation, validators, case)
        if wrong is not None:
            pooled.append(PooledCase(case, wrong, tuple(sorted(reader.find_sent(case.request, wrong)))))
    return pooled


def find_wrong_pointers(
    operation: Operation, validators: SchemaValidators, case: GeneratedCase
) -> tuple[str, ...] | None:
    """Return the pointers that the validators object to, None for a case that is not sound.

    A sound case is small, is on the wire what the generator meant, and is promised by the description.
    """
    if len(case.request.body) + len(case.request.target) > _LARGEST:
        return None
    wrong = tuple(dict.fromkeys(error.pointer for error in validate_request(validators, operation, case.request)))
    if bool(wrong) is not (case.mode is GenerationMode.NEGATIVE):
        return None
    return None if not wrong and _has_surplus(case, operation, validators) else wrong


def is_sound(operation: Operation, validators: SchemaValidators, case: GeneratedCase) -> bool:
    """Return whether a case is small, is what it was meant to be, and is promised by the description."""
    return find_wrong_pointers(operation, validators, case) is not None


def _has_surplus(case: GeneratedCase, operation: Operation, validators: SchemaValidators) -> bool:
    """Return whether a body has unknown properties, or a resource where a link belongs.

    JSON Schema allows both, and no description promises either.
    """
    try:
        body = msgspec.json.decode(case.request.body) if case.request.body else None
    except msgspec.DecodeError:
        return True
    unknown = body is not None and bool(validators.find_unknown_fields(schema_of_body(operation), body))
    return unknown or any(_is_resource(value) for value in (body.values() if isinstance(body, dict) else ()))


def _is_resource(value: Any) -> bool:
    """Return whether a value is, or holds, a resource where a link is meant.

    Schemas that are made for reading allow it.
    """
    if isinstance(value, list):
        return any(map(_is_resource, value))
    return isinstance(value, dict) and ("url" in value or any(map(_is_resource, value.values())))


def _order_by_gain(entries: list[PooledCase], operation: Operation, description: Description) -> list[PooledCase]:
    """Return the cases, two negative ones after each positive one, in each mode what adds most first."""
    weigh_negative = partial(_weigh_negative, operation, _weigh_places(operation, description))
    by_mode = {mode: [entry for entry in entries if entry.case.mode is mode] for mode in GenerationMode}
    positive = _choose_greedily(by_mode[GenerationMode.POSITIVE], _weigh_positive, POSITIVES)
    negative = _choose_greedily(by_mode[GenerationMode.NEGATIVE], weigh_negative, NEGATIVES)
    turns = zip_longest(positive, negative[::2], negative[1::2])
    return [entry for entry in chain.from_iterable(turns) if entry is not None]


def _choose_greedily(
    entries: list[PooledCase], weigh: Callable[[PooledCase, frozenset[Keyword]], float], limit: int
) -> list[PooledCase]:
    """Return at most `limit` entries, each the one that adds most to those before it; of equal ones the smaller."""
    covered: frozenset[Keyword] = frozenset()
    queue = [(-weigh(entry, covered), _measure(entry), index) for index, entry in enumerate(entries)]
    heapq.heapify(queue)
    chosen: list[PooledCase] = []
    while queue and len(chosen) < limit:
        _, size, index = heapq.heappop(queue)
        gain = weigh(entries[index], covered)
        if queue and (-gain, size, index) > queue[0]:  # it has become worse than the next one
            heapq.heappush(queue, (-gain, size, index))
            continue
        chosen.append(entries[index])
        covered |= frozenset(entries[index].keywords)
    return chosen


def _measure(entry: PooledCase) -> int:
    request = entry.case.request
    return len(request.target) + len(request.body) + sum(len(name) + len(value) for name, value in request.headers)


def _weigh_positive(entry: PooledCase, covered: frozenset[Keyword]) -> float:
    return sum(
        _SMALL_GAIN if keyword.name in {"together", "absent"} else 1
        for keyword in entry.keywords
        if keyword not in covered
    )


def _weigh_negative(
    operation: Operation, weights: dict[str, float], entry: PooledCase, covered: frozenset[Keyword]
) -> float:
    """Return the weight of the broken keywords that are new; a defect that breaks none of them counts a little.

    A request that servers may read otherwise proves nothing but that they do not fail.
    """
    broken = [keyword for keyword in entry.keywords if keyword.is_broken and keyword not in covered]
    at = {pointer.partition("/")[0] for pointer in entry.wrong}
    weight = max((weights.get(place, 1.0) for place in at), default=1.0)
    gain = len(broken) or _SMALL_GAIN
    return weight * (
        _SMALL_GAIN * gain if any(is_ambiguous(entry.case.request, operation, place) for place in at) else gain
    )


def _weigh_places(operation: Operation, description: Description) -> dict[str, float]:
    """Return the weight of each parameter: the less, the more operations before this one have it.

    "Before" is an order by digest, so that parameters of many operations are spread over them.
    """
    weights = {}
    for parameter in operation.parameters:
        users = _find_users(description).get((parameter.location, parameter.name, repr(parameter.schema)), ())
        weights[f"{parameter.location}:{parameter.name}"] = 1 / (1 + users.index(operation.key))
    return weights


@lru_cache(maxsize=1)
def _find_users(description: Description) -> dict[tuple[str, str, str], tuple[str, ...]]:
    """Return the operations that have a parameter, in the order of the digests of their keys."""
    users: dict[tuple[str, str, str], list[str]] = {}
    for operation in sorted(description.model.operations, key=lambda o: sha256(o.key.encode()).digest()):
        for parameter in operation.parameters:
            users.setdefault((parameter.location, parameter.name, repr(parameter.schema)), []).append(operation.key)
    return {key: tuple(keys) for key, keys in users.items()}


@lru_cache(maxsize=1)
def _open_door(description: Description) -> "SchemathesisAdapter":
    return validity.open_door(description)
