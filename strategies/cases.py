"""Generated cases of an operation, compiled once: chosen, judged by both oracles, and kept on disk.

Generating takes three quarters of a run's time and depends on the description and the seed alone.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from conformance.adapters import GeneratedCase, Mode
from conformance.description import Description
from conformance.model import Operation, Request
from conformance.validation import SecondOpinion, Validators, request_errors
from strategies import generated
from strategies.bodies import schema_of_body
from strategies.generated import Validity, judgement, plausible
from strategies.kept import kept
from strategies.reproducible import reproducible

if TYPE_CHECKING:
    from conformance.adapters.schemathesis_door import Door

POSITIVES, NEGATIVES = 20, 28  # cases of an operation, at most
_DRAWN = 4  # of each mode that are drawn by the seed, beside those that coverage enumerates
_LARGEST = 8_192  # bytes of a case: longer ones are refused for their length, and teach nothing else


class CompiledCase(msgspec.Struct, frozen=True):
    """A case with what both oracles say of it: VALID where it is positive, INVALID or DISPUTED where it is negative.

    `wrong` are the pointers of what the compiled validators object to, as `query:page_size` or `body/name`.
    """

    case: GeneratedCase
    validity: Validity
    wrong: tuple[str, ...] = ()


def compiled(
    operation: Operation, validators: Validators, opinion: SecondOpinion, *, seed: int, directory: Path | None = None
) -> tuple[CompiledCase, ...]:
    """The cases of an operation for a seed, positive ones first, at most POSITIVES and NEGATIVES of them.

    The first call for a description takes seconds; what it finds is kept in `directory` (the user's cache otherwise)
    and the same in every later one.

    >>> for each in compiled(operation, validators, opinion, seed=1):
    ...     if each.validity is Validity.INVALID: assert 400 <= send(each.case.request).status_code < 500
    """
    description = validators.description

    def parts(name: str, make: "Callable[[Door], Iterable[GeneratedCase]]") -> tuple[CompiledCase, ...]:
        def cases() -> tuple[CompiledCase, ...]:
            return tuple(_judged(make(_door(description)), operation, validators, opinion))

        return kept(description, f"{operation.key} {name}", tuple[CompiledCase, ...], cases, directory=directory)

    found = (
        *parts("enumerated", lambda door: _enumerated(door, operation, validators)),
        *parts(f"drawn {seed}", lambda door: _drawn(door, operation, validators, seed)),
    )
    once: dict[Request, CompiledCase] = {}
    for each in found:
        once.setdefault(each.case.request, each)
    return tuple(sorted(once.values(), key=lambda each: each.case.mode is Mode.NEGATIVE))


def _enumerated(door: "Door", operation: Operation, validators: Validators) -> Iterator[GeneratedCase]:
    cases = [each for each in door.coverage(operation) if _is_sound(operation, validators, each)]
    for mode, most in ((Mode.POSITIVE, POSITIVES), (Mode.NEGATIVE, NEGATIVES)):
        yield from _spread([each for each in cases if each.mode is mode])[: most - _DRAWN]


def _drawn(door: "Door", operation: Operation, validators: Validators, seed: int) -> Iterator[GeneratedCase]:
    wanted = partial(_is_sound, operation, validators)
    for mode in Mode:
        with reproducible():
            found = door.fuzzing(operation, mode=mode, seed=seed, examples=_DRAWN, wanted=wanted)
        yield from found


def _judged(
    cases: Iterable[GeneratedCase], operation: Operation, validators: Validators, opinion: SecondOpinion
) -> Iterator[CompiledCase]:
    """Cases with their validity, without those that were meant to be valid and are disputed."""
    for each in cases:
        validity = judgement(each.request, operation, validators, opinion).validity
        if validity is Validity.VALID or each.mode is Mode.NEGATIVE:
            errors = request_errors(validators, operation, each.request)
            yield CompiledCase(each, validity, tuple(dict.fromkeys(error.pointer for error in errors)))


def _is_sound(operation: Operation, validators: Validators, case: GeneratedCase) -> bool:
    """Whether a case is small, what it was meant to be, and promised by the description."""
    return (
        len(case.request.body) + len(case.request.target) <= _LARGEST
        and any(plausible([case], operation, validators))
        and (case.mode is Mode.NEGATIVE or not _surplus(case, operation, validators))
    )


def _surplus(case: GeneratedCase, operation: Operation, validators: Validators) -> bool:
    """Whether a body has what JSON Schema allows and nobody promises: unknown properties, a resource for a link."""
    try:
        body = msgspec.json.decode(case.request.body) if case.request.body else None
    except msgspec.DecodeError:
        return True
    unknown = body is not None and bool(validators.unknown_fields(schema_of_body(operation), body))
    return unknown or any(_whole(each) for each in (body.values() if isinstance(body, dict) else ()))


def _whole(value: Any) -> bool:
    """Whether a value is or holds a resource itself where a link to it is meant: schemas made for reading allow it."""
    if isinstance(value, list):
        return any(map(_whole, value))
    return isinstance(value, dict) and ("url" in value or any(map(_whole, value.values())))


def _spread(cases: list[GeneratedCase]) -> list[GeneratedCase]:
    """First one case of each place and sort, then a second of each, and so on."""
    turns: dict[tuple[str, str], int] = {}
    ranked = []
    for case in cases:
        kind = (case.place, case.note)
        turns[kind] = turns.get(kind, -1) + 1
        ranked.append((turns[kind], case))
    return [case for _, case in sorted(ranked, key=lambda pair: pair[0])]


@lru_cache(maxsize=1)
def _door(description: Description) -> "Door":
    return generated.door(description)
