"""Differences of two JSON values, with their JSON pointers."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, NamedTuple

from conformance.evidence.containers import parse_moment
from conformance.evidence.responses import escape_pointer_token


class _Absent:
    """The type of ABSENT, which stands for a missing value and differs from null."""

    def __repr__(self) -> str:
        return "(absent)"


ABSENT: Any = _Absent()
_FRACTION = re.compile(r"\.(\d{1,6})")  # of a second
_INDEX = re.compile(r"0|[1-9][0-9]{0,17}")


class ValueDifference(NamedTuple):
    """A place (JSON pointer) where two values differ; ABSENT stands for no value."""

    pointer: str
    old: Any
    new: Any

    @property
    def top_member(self) -> str:
        """Return the name of the outermost member that differs, unescaped."""
        return self.pointer[1:].partition("/")[0].replace("~1", "/").replace("~0", "~")


def find_differences(old: Any, new: Any, pointer: str = "") -> Iterator[ValueDifference]:
    """Yield the innermost differences of two JSON values.

    Numbers compare by value, and so do times, to the precision of the coarser one (RFC 3339, section 5.6); a boolean
    never equals a number. Lists of links that are members of an object have no order, since nothing promises one.
    """
    if isinstance(old, dict) and isinstance(new, dict):
        for name in (*old, *(name for name in new if name not in old)):
            yield from find_differences(
                old.get(name, ABSENT), new.get(name, ABSENT), f"{pointer}/{escape_pointer_token(name)}"
            )
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        if pointer and _are_same_links(old, new):
            return
        for index, (old_member, new_member) in enumerate(zip(old, new, strict=True)):
            yield from find_differences(old_member, new_member, f"{pointer}/{index}")
    elif not _is_same(old, new):
        yield ValueDifference(pointer, old, new)


def _are_same_links(old: list[Any], new: list[Any]) -> bool:
    """Return whether two lists hold the same links, in any order."""
    are_links = all(isinstance(member, str) and "://" in member for member in (*old, *new))
    return are_links and sorted(old) == sorted(new)


def _is_same(old: Any, new: Any) -> bool:
    """Return whether two values are the same, at least one of them neither an object nor a list."""
    if old is ABSENT or new is ABSENT or isinstance(old, bool) is not isinstance(new, bool):
        return False
    return bool(old == new) or is_same_moment(old, new)


def is_same_moment(old: Any, new: Any) -> bool:
    """Return whether two values are date-times that differ in offset and precision alone.

    >>> is_same_moment("2026-03-02T12:00:00.4Z", "2026-03-02T13:00:00+01:00")
    True
    >>> is_same_moment("2026-03-02T12:00:00Z", "2026-03-02T12:00:01Z")
    False
    """
    old_moment, new_moment = parse_moment(old), parse_moment(new)
    if old_moment is None or new_moment is None:
        return False
    digits = min(len(match[1]) if (match := _FRACTION.search(text)) else 0 for text in (old, new))
    return abs(old_moment - new_moment) < timedelta(seconds=10.0**-digits)


def get_value(value: Any, pointer: str) -> Any:
    """Return the value at a JSON pointer (RFC 6901, section 4), ABSENT where there is none."""
    for token in pointer.split("/")[1:]:
        name = token.replace("~1", "/").replace("~0", "~")
        if isinstance(value, dict) and name in value:
            value = value[name]
        elif isinstance(value, list) and _INDEX.fullmatch(name) and int(name) < len(value):
            value = value[int(name)]
        else:
            return ABSENT
    return value
