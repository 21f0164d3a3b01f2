"""The operation that a recorded request calls, found by its method and path."""

from collections import defaultdict
from functools import lru_cache

from conformance.evidence.urls import extract_path, match_path
from conformance.model import Operation, ResourceModel

_BORROWED = {"HEAD": "GET", "OPTIONS": "GET"}  # methods that the description binds by the read of the same path


class OperationIndex:
    """The operations of a model by the number of segments of their paths; fixed paths win over templates."""

    def __init__(self, model: ResourceModel) -> None:
        self._by_length: dict[int, list[Operation]] = defaultdict(list)
        for operation in sorted(model.operations, key=lambda operation: operation.path.count("{")):
            self._by_length[_count_segments(operation.path)].append(operation)
        self._find_by_path = lru_cache(maxsize=1 << 14)(self._list_matching)

    def find_operation(self, method: str, target: str) -> Operation | None:
        """Return the operation that a request calls, None where the description has none."""
        operations = self._find_by_path(extract_path(target))
        wanted = _BORROWED.get(method, method)
        return next((operation for operation in operations if operation.method == wanted), None)

    def has_path(self, path: str) -> bool:
        """Return whether the description has a path, with whatever method."""
        return bool(self._find_by_path(path))

    def _list_matching(self, path: str) -> tuple[Operation, ...]:
        """Return the operations of the most specific path that matches."""
        matching = [o for o in self._by_length[_count_segments(path)] if match_path(o.path, path) is not None]
        if not matching:
            return ()
        fewest = matching[0].path.count("{")
        return tuple(operation for operation in matching if operation.path.count("{") == fewest)


def _count_segments(path: str) -> int:
    return path.removesuffix("/").count("/")
