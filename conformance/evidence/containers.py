"""The objects and lists inside a JSON value, and moments in them. Shared by checks and folds; pure."""

from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from typing import Any, TypeGuard

from conformance.evidence.responses import OperationResponse, escape_pointer_token

ValuePath = tuple[Any, ...]  # the path of the parent, then the own name; empty for the whole body


def walk_containers(value: Any) -> Iterator[tuple[ValuePath, dict[str, Any] | list[Any]]]:
    """Yield every object and list inside a value, at any depth, with the path to it."""
    waiting: list[tuple[ValuePath, Any]] = [((), value)]
    while waiting:
        path, child = waiting.pop()
        if isinstance(child, dict | list):
            yield path, child
            members = child.items() if isinstance(child, dict) else enumerate(child)
            waiting += [((path, name), member) for name, member in members if isinstance(member, dict | list)]


@lru_cache(maxsize=4)  # several checks of one response need them, one after the other
def list_containers(response: OperationResponse) -> tuple[tuple[ValuePath, dict[str, Any] | list[Any]], ...]:
    """Return every object and list in the JSON of a response, with the path to it."""
    return tuple(walk_containers(response.json))


def build_pointer(path: ValuePath) -> str:
    """Return the JSON pointer of a path."""
    return f"{build_pointer(path[0])}/{escape_pointer_token(str(path[1]))}" if path else ""


def parse_moment(value: Any) -> datetime | None:
    """Return a date-time with offset; None for anything else: times of day may run over midnight."""
    if not isinstance(value, str) or "T" not in value or not value[0].isdigit():  # most texts are no time
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def is_number(value: Any) -> TypeGuard[float]:
    """Return whether a JSON value is a number; a boolean is not."""
    return isinstance(value, int | float) and not isinstance(value, bool)
