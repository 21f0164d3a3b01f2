"""The catalogue of requirements: the TOML entries below `specs/requirements`, read into the model."""

from collections.abc import Iterator
from importlib.resources.abc import Traversable
from typing import Annotated, Any

import msgspec

import specs
from conformance.errors import PlanError
from conformance.model import Requirement, Source

__all__ = ["load_requirements"]

_HINT = "See specs/requirements/README.md for the shape of an entry"
_Text = Annotated[str, msgspec.Meta(pattern=r"\S")]


class _Source(Source, frozen=True, forbid_unknown_fields=True):
    """A source as a file must state it."""

    document: _Text
    section: _Text


class _Entry(Requirement, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A requirement as a file must state it: no unknown and no blank field, no default."""

    id: Annotated[str, msgspec.Meta(pattern=r"\A([A-Z]{3}-|[A-Z])[0-9]{2}\Z")]
    statement: _Text
    source: _Source
    applies: _Text
    seen: _Text
    not_tested: str


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A whole file. Its entries are validated one by one, so that an error can name its entry."""

    requirement: Annotated[list[dict[str, Any]], msgspec.Meta(min_length=1)]


def load_requirements(*, root: Traversable | None = None) -> tuple[Requirement, ...]:
    """Return every requirement of the folder `root` and its subfolders, sorted by id.

    The default is the bundled catalogue. Raises PlanError, which names file and entry, if a file is not TOML, an entry
    has an unknown, missing or blank field, level or kind, an id is stated twice, or the folder holds no requirement.
    """
    stated: dict[str, tuple[str, Requirement]] = {}
    for name, file in _walk_files(specs.find_data("requirements") if root is None else root):
        for requirement in _read_file(name, file):
            if requirement.id in stated:
                first = stated[requirement.id][0]
                raise PlanError(
                    f"{name}: {requirement.id} is stated twice, first in {first}",
                    hint="Give one of the two the next free id of its family",
                )
            stated[requirement.id] = name, requirement
    if not stated:
        raise PlanError(f"no requirement in {root or 'the bundled catalogue'}", hint=_HINT)
    return tuple(requirement for _, (_, requirement) in sorted(stated.items()))


def _walk_files(folder: Traversable, prefix: str = "") -> Iterator[tuple[str, Traversable]]:
    """Yield every TOML file below the folder with its name, such as `api-v2/expansion.toml`, sorted by name."""
    for node in sorted(folder.iterdir() if folder.is_dir() else (), key=lambda entry: entry.name):
        if node.is_dir():
            yield from _walk_files(node, f"{prefix}{node.name}/")
        elif node.name.endswith(".toml"):
            yield prefix + node.name, node


def _read_file(name: str, file: Traversable) -> Iterator[Requirement]:
    """Yield the requirements of a file."""
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
