"""Where things stand in the files of a description: line numbers by JSON pointer."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import yaml

from conformance.description import pointers, sources
from conformance.description.description import Description
from conformance.description.load import SHIPPED
from conformance.description.sources import Fragment
from conformance.model import Place


class Positions:
    """The lines of fragments that have been read without fault; JSON is read as the YAML that it is."""

    def __init__(self, fragments: Iterable[Fragment]) -> None:
        self._known: dict[str, Place] = {}
        for name, data in fragments:
            for pointer, line in _lines(data.decode("utf-8-sig")):
                self._known.setdefault(pointer, Place(name, line))
        if whole := self._known.get("#/openapi"):  # of several files the one that begins the description
            self._known["#"] = whole

    def of(self, pointer: str) -> Place:
        """Where a pointer stands; for what no file spells out, as the inside of an alias, the nearest thing around."""
        while pointer not in self._known and pointer != "#":
            pointer = pointer.rpartition("/")[0] or "#"
        return self._known.get(pointer, Place("", 0))


def places(description: Description, wanted: Iterable[str]) -> dict[str, Place]:
    """Where the whole and pointers in it stand; nothing for an empty pointer.

    Files are named as people share them: from their repository, or else from the description on. Raises
    DescriptionError where the files are gone.
    """
    source = SHIPPED if description.source == "shipped" else Path(description.source)
    positions = Positions(sources.read(source))
    found = {pointer: positions.of(pointer) for pointer in ("#", *wanted) if pointer}
    source = source.resolve()
    root = next((each for each in source.parents if (each / ".git").exists()), None)

    def shared(place: Place) -> Place:
        file = Path(place.file).resolve().relative_to(root or source.parent)
        return Place(file.as_posix(), place.line, in_repository=root is not None)

    return {pointer: shared(place) for pointer, place in found.items() if place.line}


def _lines(text: str) -> Iterator[tuple[str, int]]:
    """Pointer and line of every value: of its key in a mapping, of its beginning in a list."""
    stack: list[_Open] = []
    events: Iterator[Any] = yaml.parse(text.replace("\t", " "), Loader=yaml.CSafeLoader)
    for event in events:
        line = event.start_mark.line + 1
        if isinstance(event, yaml.CollectionEndEvent):
            stack.pop()
        elif isinstance(event, yaml.NodeEvent):
            if stack and stack[-1].takes_key(event, line):
                continue
            pointer, line = stack[-1].place(line) if stack else ("#", line)
            yield pointer, line
            if isinstance(event, yaml.CollectionStartEvent):
                stack.append(_Open(pointer, is_list=isinstance(event, yaml.SequenceStartEvent)))


class _Open:
    """A collection that is being read; `key` is the key that waits for its value."""

    def __init__(self, pointer: str, *, is_list: bool) -> None:
        self.pointer, self.is_list = pointer, is_list
        self.index = 0
        self.key: tuple[str, int] | None = None

    def takes_key(self, event: Any, line: int) -> bool:
        """Whether a node is a key rather than a value."""
        if self.is_list or self.key is not None:
            return False
        self.key = (event.value, line)
        return True

    def place(self, line: int) -> tuple[str, int]:
        """The pointer and line of the next value."""
        if self.key is not None:
            (name, line), self.key = self.key, None
            return pointers.join(self.pointer, name), line
        self.index += 1
        return pointers.join(self.pointer, self.index - 1), line
