"""The catalogue of requirements: the TOML entries below `specs/requirements`, read into the model."""

from collections.abc import Iterator
from importlib.resources.abc import Traversable
from typing import Annotated, Any

import msgspec

import specs
from conformance.errors import PlanError
from conformance.model import Requirement, Source

__all__ = ["requirements"]

_HINT = "See specs/requirements/README.md for the shape of an entry."
_Text = Annotated[str, msgspec.Meta(pattern=r"\S")]


class _Source(Source, frozen=True, forbid_unknown_fields=True):
    """The source as a file must state it."""

    document: _Text
    section: _Text


class _Entry(Requirement, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A requirement as a file must state it: nothing unknown, nothing blank, nothing left to a default."""

    id: Annotated[str, msgspec.Meta(pattern=r"\A([A-Z]{3}-|[A-Z])[0-9]{2}\Z")]
    statement: _Text
    source: _Source
    applies: _Text
    seen: _Text
    not_tested: str


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A whole file; its entries are judged one by one, so that an error can name its entry."""

    requirement: Annotated[list[dict[str, Any]], msgspec.Meta(min_length=1)]


def requirements(*, root: Traversable | None = None) -> tuple[Requirement, ...]:
    """Return every requirement of the folder `root` (the shipped catalogue, if None) and its subfolders, sorted by id.

    Raises PlanError, naming file and entry, where a file is no TOML, an entry has an unknown, missing or blank field,
    level or kind, or an id is stated twice; also where the folder holds no requirement at all.
    """
    stated: dict[str, tuple[str, Requirement]] = {}
    for name, file in _files(specs.path("requirements") if root is None else root):
        for requirement in _read(name, file):
            if requirement.id in stated:
                first = stated[requirement.id][0]
                raise PlanError(
                    f"{name}: {requirement.id} is stated twice, first in {first}.",
                    hint="Give one of the two the next free id of its family.",
                )
            stated[requirement.id] = name, requirement
    if not stated:
        raise PlanError(f"No requirement is stated in {root or 'the shipped catalogue'}.", hint=_HINT)
    return tuple(requirement for _, (_, requirement) in sorted(stated.items()))


def _files(folder: Traversable, prefix: str = "") -> Iterator[tuple[str, Traversable]]:
    """Every TOML file below the folder with its name as `api-v2/expansion.toml`, in the order of the names."""
    for each in sorted(folder.iterdir() if folder.is_dir() else (), key=lambda entry: entry.name):
        if each.is_dir():
            yield from _files(each, f"{prefix}{each.name}/")
        elif each.name.endswith(".toml"):
            yield prefix + each.name, each


def _read(name: str, file: Traversable) -> Iterator[Requirement]:
    try:
        entries = msgspec.toml.decode(file.read_bytes(), type=_File).requirement
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise PlanError(f"{name} cannot be read: {error}", hint=_HINT) from error
    for number, entry in enumerate(entries, start=1):
        try:
            msgspec.convert(entry, _Entry)
        except msgspec.ValidationError as error:
            raise PlanError(f"{name}, entry {number} ({entry.get('id', 'no id')}): {error}", hint=_HINT) from error
        yield msgspec.convert(entry, Requirement)
