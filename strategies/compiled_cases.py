"""Generated cases of an operation, compiled once: selected, judged by both oracles, and cached on disk.

Generation takes three quarters of the time of a run, and depends on the description and the seed only.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from conformance.adapters import GeneratedCase, GenerationMode
from conformance.description import Description
from conformance.model import Operation, Request
from conformance.validation import SchemaValidators, SecondOpinion, validate_request
from strategies import validity as generated
from strategies.bodies import schema_of_body
from strategies.determinism import exclude_local_constants
from strategies.disk_cache import load_or_make
from strategies.validity import Validity, judge_request, select_plausible

if TYPE_CHECKING:
    from conformance.adapters.schemathesis_adapter import SchemathesisAdapter

POSITIVES, NEGATIVES = 20, 28  # most cases of an operation
_DRAWN = 4  # cases of each mode drawn by the seed, in addition to those that coverage enumerates
_LARGEST = 8_192  # bytes of a case: a server refuses longer ones for their length, which shows nothing else


class CompiledCase(msgspec.Struct, frozen=True):
    """A case with the judgement of both oracles: VALID if it is positive, INVALID or DISPUTED if it is negative.

    `wrong` lists the pointers that the compiled validators object to, such as `query:page_size` or `body/name`.
    """

    case: GeneratedCase
    validity: Validity
    wrong: tuple[str, ...] = ()


def compile_cases(
    operation: Operation,
    validators: SchemaValidators,
    opinion: SecondOpinion,
    *,
    seed: int,
    directory: Path | None = None,
) -> tuple[CompiledCase, ...]:
    """Return the cases of an operation for a seed, positive cases first, at most POSITIVES and NEGATIVES.

    The first call for a description takes seconds. Its result is cached in `directory` (default: the user's cache
    folder), and every later call returns it.

    In a test of your own::

        for entry in compiled(operation, validators, opinion, seed=1):
            if entry.validity is Validity.INVALID:
                assert 400 <= send(entry.case.request).status_code < 500
    """
    description = validators.description

    def load_part(
        name: str, make: "Callable[[SchemathesisAdapter], Iterable[GeneratedCase]]"
    ) -> tuple[CompiledCase, ...]:
        def make_cases() -> tuple[CompiledCase, ...]:
            return tuple(_judge_cases(make(_open_door(description)), operation, validators, opinion))

        return load_or_make(
            description, f"{operation.key} {name}", tuple[CompiledCase, ...], make_cases, directory=directory
        )

    entries = (
        *load_part("enumerated", lambda door: _enumerate_cases(door, operation, validators)),
        *load_part(f"drawn {seed}", lambda door: _draw_cases(door, operation, validators, seed)),
    )
    unique: dict[Request, CompiledCase] = {}
    for entry in entries:
        unique.setdefault(entry.case.request, entry)
    return tuple(sorted(unique.values(), key=lambda entry: entry.case.mode is GenerationMode.NEGATIVE))


def _enumerate_cases(
    door: "SchemathesisAdapter", operation: Operation, validators: SchemaValidators
) -> Iterator[GeneratedCase]:
    """Yield the cases that coverage enumerates, spread over places and kinds."""
    cases = [case for case in door.generate_coverage_cases(operation) if _is_sound(operation, validators, case)]
    for mode, limit in ((GenerationMode.POSITIVE, POSITIVES), (GenerationMode.NEGATIVE, NEGATIVES)):
        yield from _interleave([case for case in cases if case.mode is mode])[: limit - _DRAWN]


def _draw_cases(
    door: "SchemathesisAdapter", operation: Operation, validators: SchemaValidators, seed: int
) -> Iterator[GeneratedCase]:
    """Yield the cases that the seed draws, a few of each mode."""
    is_sound = partial(_is_sound, operation, validators)
    for mode in GenerationMode:
        with exclude_local_constants():
            cases = door.generate_fuzzing_cases(operation, mode=mode, seed=seed, examples=_DRAWN, is_wanted=is_sound)
        yield from cases


def _judge_cases(
    cases: Iterable[GeneratedCase], operation: Operation, validators: SchemaValidators, opinion: SecondOpinion
) -> Iterator[CompiledCase]:
    """Yield cases with their validity; cases that were meant to be valid and are disputed are left out."""
    for case in cases:
        validity = judge_request(case.request, operation, validators, opinion).validity
        if validity is Validity.VALID or case.mode is GenerationMode.NEGATIVE:
            errors = validate_request(validators, operation, case.request)
            yield CompiledCase(case, validity, tuple(dict.fromkeys(error.pointer for error in errors)))


def _is_sound(operation: Operation, validators: SchemaValidators, case: GeneratedCase) -> bool:
    """Return whether a case is small, is what it was meant to be, and is promised by the description."""
    return (
        len(case.request.body) + len(case.request.target) <= _LARGEST
        and any(select_plausible([case], operation, validators))
        and (case.mode is GenerationMode.NEGATIVE or not _has_surplus(case, operation, validators))
    )


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


def _interleave(cases: list[GeneratedCase]) -> list[GeneratedCase]:
    """Return the cases in turns: one case of each place and note, then a second one of each, and so on."""
    turns: dict[tuple[str, str], int] = {}
    ranked = []
    for case in cases:
        kind = (case.place, case.note)
        turns[kind] = turns.get(kind, -1) + 1
        ranked.append((turns[kind], case))
    return [case for _, case in sorted(ranked, key=lambda pair: pair[0])]


@lru_cache(maxsize=1)
def _open_door(description: Description) -> "SchemathesisAdapter":
    return generated.open_door(description)
