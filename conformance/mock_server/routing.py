"""From a path to the operations that answer there: fixed segments before parameters, custom verbs by their suffix."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from conformance.model import Operation


@dataclass(slots=True)
class _Node:
    fixed: dict[str, "_Node"] = field(default_factory=dict)
    open: dict[str, tuple[str, "_Node"]] = field(default_factory=dict)  # suffix after the parameter -> its name, node
    methods: dict[str, Operation] = field(default_factory=dict)


class Router:
    """Matches paths below the base path against the templates of the description."""

    def __init__(self, operations: Iterable[Operation]) -> None:
        self._root = _Node()
        for operation in operations:
            self._add(operation)

    def _add(self, operation: Operation) -> None:
        node = self._root
        for segment in _segments(operation.path):
            if segment.startswith("{"):
                name, _, suffix = segment[1:].partition("}")
                node = node.open.setdefault(suffix, (name, _Node()))[1]
            else:
                node = node.fixed.setdefault(segment, _Node())
        node.methods[operation.method] = operation

    def find(self, path: str) -> tuple[dict[str, Operation], tuple[str, ...]] | None:
        """The operations of a path by method, and the values of its parameters in order; None where nothing is."""
        found = self._walk(self._root, _segments(path), ())
        return found if found and found[0] else None

    def _walk(
        self, node: _Node, rest: list[str], values: tuple[str, ...]
    ) -> tuple[dict[str, Operation], tuple[str, ...]] | None:
        if not rest:
            return (node.methods, values) if node.methods else None
        head, tail = rest[0], rest[1:]
        if head in node.fixed and (found := self._walk(node.fixed[head], tail, values)):
            return found
        for suffix in sorted(node.open, key=len, reverse=True):
            if head.endswith(suffix) and len(head) > len(suffix):
                value = head[: len(head) - len(suffix)]
                if found := self._walk(node.open[suffix][1], tail, (*values, value)):
                    return found
        return None


def _segments(path: str) -> list[str]:
    return [] if path in {"", "/"} else path.removeprefix("/").split("/")
