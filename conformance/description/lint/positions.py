"""Where things stand in the files of a description: line numbers by JSON pointer."""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import yaml

from conformance.description import pointers
from conformance.description.sources import Fragment


class Position(NamedTuple):
    """A file by its name, and a line counted from 1."""

    file: str
    line: int


class Positions:
    """The lines of fragments that have been read without fault; JSON is read as the YAML that it is."""

    def __init__(self, fragments: Iterable[Fragment]) -> None:
        self._known: dict[str, Position] = {}
        for name, data in fragments:
            for pointer, line in _lines(data.decode("utf-8-sig")):
                self._known.setdefault(pointer, Position(name, line))

    def of(self, pointer: str) -> Position:
        """Where a pointer stands; for what no file spells out, as the inside of an alias, the nearest thing around."""
        while pointer not in self._known and pointer != "#":
            pointer = pointer.rpartition("/")[0] or "#"
        return self._known.get(pointer, Position("", 0))


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
