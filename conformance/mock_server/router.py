"""The routes of a description: fixed segments before parameters, custom verbs by their suffix."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from conformance.model import Operation


@dataclass(slots=True)
class _Node:
    fixed: dict[str, "_Node"] = field(default_factory=dict)
    open: dict[str, tuple[str, "_Node"]] = field(default_factory=dict)  # suffix after the parameter -> its name, node
    methods: dict[str, Operation] = field(default_factory=dict)


class OperationRouter:
    """The router from paths below the base path to the operations of a description."""

    def __init__(self, operations: Iterable[Operation]) -> None:
        self._root = _Node()
        for operation in operations:
            self._add_route(operation)

    def _add_route(self, operation: Operation) -> None:
        node = self._root
        for segment in _split_path(operation.path):
            if segment.startswith("{"):
                name, _, suffix = segment[1:].partition("}")
                node = node.open.setdefault(suffix, (name, _Node()))[1]
            else:
                node = node.fixed.setdefault(segment, _Node())
        node.methods[operation.method] = operation

    def find_operations(self, path: str) -> tuple[dict[str, Operation], tuple[str, ...]] | None:
        """Return the operations of a path by method, and its parameters' values in order; None where none match."""
        match = self._match_segments(self._root, _split_path(path), ())
        return match if match and match[0] else None

    def _match_segments(
        self, node: _Node, rest: list[str], values: tuple[str, ...]
    ) -> tuple[dict[str, Operation], tuple[str, ...]] | None:
        if not rest:
            return (node.methods, values) if node.methods else None
        head, tail = rest[0], rest[1:]
        if head in node.fixed and (match := self._match_segments(node.fixed[head], tail, values)):
            return match
        for suffix in sorted(node.open, key=len, reverse=True):
            if head.endswith(suffix) and len(head) > len(suffix):
                value = head[: len(head) - len(suffix)]
                if match := self._match_segments(node.open[suffix][1], tail, (*values, value)):
                    return match
        return None


def _split_path(path: str) -> list[str]:
    return [] if path in {"", "/"} else path.removeprefix("/").split("/")
