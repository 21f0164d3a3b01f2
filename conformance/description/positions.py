"""Line numbers in the files of a description, by JSON pointer."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import yaml

from conformance.description import pointers, sources
from conformance.description.description import Description
from conformance.description.loader import BUNDLED_DESCRIPTION
from conformance.description.sources import Fragment
from conformance.model import Place


class Positions:
    """The lines of fragments that were read without an error; JSON is read as YAML, of which it is a subset."""

    def __init__(self, fragments: Iterable[Fragment]) -> None:
        self._known: dict[str, Place] = {}
        for name, data in fragments:
            for pointer, line in _read_lines(data.decode("utf-8-sig")):
                self._known.setdefault(pointer, Place(name, line))
        if whole := self._known.get("#/openapi"):  # the file that begins the description
            self._known["#"] = whole

    def find_place(self, pointer: str) -> Place:
        """Return the place of a pointer.

        For something that no file spells out, as the inside of an alias, return the nearest place around it.
        """
        while pointer not in self._known and pointer != "#":
            pointer = pointer.rpartition("/")[0] or "#"
        return self._known.get(pointer, Place("", 0))


def find_places(description: Description, wanted_pointers: Iterable[str]) -> dict[str, Place]:
    """Return the places of the whole description and of pointers in it; empty pointers are skipped.

    Files are named relative to their repository, or else to the directory that holds the description. Raises
    DescriptionError if the files are gone.
    """
    source = description.path or BUNDLED_DESCRIPTION
    positions = Positions(sources.read_fragments(source))
    found_places = {pointer: positions.find_place(pointer) for pointer in ("#", *wanted_pointers) if pointer}
    source = source.resolve()
    root = next((folder for folder in source.parents if (folder / ".git").exists()), None)

    def name_file(place: Place) -> Place:
        file = Path(place.file).resolve().relative_to(root or source.parent)
        return Place(file.as_posix(), place.line, in_repository=root is not None)

    return {pointer: name_file(place) for pointer, place in found_places.items() if place.line}


def _read_lines(text: str) -> Iterator[tuple[str, int]]:
    """Yield pointer and line of every value: of its key in a mapping, of its beginning in a list."""
    stack: list[_OpenCollection] = []
    events: Iterator[Any] = yaml.parse(text.replace("\t", " "), Loader=yaml.CSafeLoader)
    for event in events:
        line = event.start_mark.line + 1
        if isinstance(event, yaml.CollectionEndEvent):
            stack.pop()
        elif isinstance(event, yaml.NodeEvent):
            if stack and stack[-1].take_key(event, line):
                continue
            pointer, line = stack[-1].take_place(line) if stack else ("#", line)
            yield pointer, line
            if isinstance(event, yaml.CollectionStartEvent):
                stack.append(_OpenCollection(pointer, is_list=isinstance(event, yaml.SequenceStartEvent)))


class _OpenCollection:
    """A collection that is being read; `key` is the key whose value comes next."""

    def __init__(self, pointer: str, *, is_list: bool) -> None:
        self.pointer, self.is_list = pointer, is_list
        self.index = 0
        self.key: tuple[str, int] | None = None

    def take_key(self, event: Any, line: int) -> bool:
        """Take a node as the next key, if one is due, and return whether it was taken."""
        if self.is_list or self.key is not None:
            return False
        self.key = (event.value, line)
        return True

    def take_place(self, line: int) -> tuple[str, int]:
        """Return the pointer and line of the next value."""
        if self.key is not None:
            (name, line), self.key = self.key, None
            return pointers.join(self.pointer, name), line
        self.index += 1
        return pointers.join(self.pointer, self.index - 1), line
