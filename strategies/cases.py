"""Generated cases of an operation, compiled once: chosen, judged by both oracles, and kept on disk.

Generating takes three quarters of a run's time and depends on the description and the seed alone.
"""

import contextlib
import hashlib
import os
from collections.abc import Callable, Iterable, Iterator
from functools import cache, lru_cache, partial
from importlib.metadata import version
from itertools import chain
from pathlib import Path
from typing import Any

import msgspec
from platformdirs import user_cache_path

from conformance import adapters
from conformance.adapters import Door, GeneratedCase, Mode
from conformance.description import Description
from conformance.model import Operation, Request
from conformance.validation import SecondOpinion, Validators, request_errors
from strategies import generated
from strategies.bodies import schema_of_body
from strategies.generated import Validity, judgement, plausible
from strategies.reproducible import reproducible

POSITIVES, NEGATIVES = 20, 28  # cases of an operation, at most
_DRAWN = 4  # of each mode that are drawn by the seed, beside those that coverage enumerates
_LARGEST = 8_192  # bytes of a case: longer ones are refused for their length, and teach nothing else
_KEEP = 8  # descriptions


class CompiledCase(msgspec.Struct, frozen=True):
    """A case with what both oracles say of it: VALID where it is positive, INVALID or DISPUTED where it is negative.

    `wrong` are the pointers of what the compiled validators object to, as `query:page_size` or `body/name`.
    """

    case: GeneratedCase
    validity: Validity
    wrong: tuple[str, ...] = ()


def default_dir() -> Path:
    """Where compiled cases are kept for this user."""
    return user_cache_path("evconform", appauthor=False) / "cases"


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
    folder = (directory or default_dir()) / hashlib.sha256(_code() + description.digest.encode()).hexdigest()[:24]
    name = hashlib.sha256(operation.key.encode()).hexdigest()[:24]

    def kept(part: str, make: Callable[[Door], Iterable[GeneratedCase]]) -> tuple[CompiledCase, ...]:
        path = folder / f"{name}-{part}"
        found = _load(path)
        if found is None:
            found = tuple(_judged(make(_door(description)), operation, validators, opinion))
            _store(path, found)
        return found

    found = (
        *kept("enumerated", lambda door: _enumerated(door, operation, validators)),
        *kept(f"drawn-{seed}", lambda door: _drawn(door, operation, validators, seed)),
    )
    once: dict[Request, CompiledCase] = {}
    for each in found:
        once.setdefault(each.case.request, each)
    return tuple(sorted(once.values(), key=lambda each: each.case.mode is Mode.NEGATIVE))


def _enumerated(door: Door, operation: Operation, validators: Validators) -> Iterator[GeneratedCase]:
    cases = [each for each in door.coverage(operation) if _is_sound(operation, validators, each)]
    for mode, most in ((Mode.POSITIVE, POSITIVES), (Mode.NEGATIVE, NEGATIVES)):
        yield from _spread([each for each in cases if each.mode is mode])[: most - _DRAWN]


def _drawn(door: Door, operation: Operation, validators: Validators, seed: int) -> Iterator[GeneratedCase]:
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
def _door(description: Description) -> Door:
    return generated.door(description)


@cache
def _code() -> bytes:
    """The digest of what makes cases: a change of it must never meet an old result."""
    digest = hashlib.sha256(version("schemathesis").encode() + version("hypothesis").encode())
    folders = (Path(__file__).parent, Path(str(adapters.__file__)).parent)
    for path in chain.from_iterable(sorted(each.glob("*.py")) for each in folders):
        digest.update(path.read_bytes())
    return digest.digest()


def _load(path: Path) -> tuple[CompiledCase, ...] | None:
    """What is kept, None where nothing sound is."""
    try:
        data = path.read_bytes()
        found: tuple[CompiledCase, ...] = msgspec.msgpack.decode(data[32:], type=tuple[CompiledCase, ...])
    except (OSError, msgspec.MsgspecError):
        return None
    return found if hashlib.sha256(data[32:]).digest() == data[:32] else None


def _store(path: Path, cases: tuple[CompiledCase, ...]) -> None:
    """Keep cases, all or nothing; a cache that cannot be written is no fault."""
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    with contextlib.suppress(OSError):
        body = msgspec.msgpack.encode(cases)
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(hashlib.sha256(body).digest() + body)
        part.replace(path)
        _prune(path.parent.parent)


def _prune(directory: Path) -> None:
    """Drop all but the descriptions used last."""
    folders = sorted(directory.iterdir(), key=lambda each: each.stat().st_mtime, reverse=True)
    for folder in folders[_KEEP:]:
        for each in folder.iterdir():
            each.unlink(missing_ok=True)
        folder.rmdir()
