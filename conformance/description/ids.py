"""Ids as the description shows them: four letters that name a collection, then 26 characters."""

import re
from collections.abc import Iterable
from typing import Any

_PATTERN = re.compile(r"\^?\(?([a-z]{4})\(?\[")
_EXAMPLE = re.compile(r"([a-z]{4})[0-9A-Z]{26}\Z")


def of_pattern(pattern: Any) -> str:
    """The prefix that a pattern such as `^evse[A-Z0-9]{26}$` begins with, empty where it begins with none."""
    found = _PATTERN.match(pattern) if isinstance(pattern, str) else None
    return found[1] if found else ""


def of_examples(values: Iterable[Any]) -> str:
    """The prefix of the first value that looks like an id, empty where none does."""
    found = (_EXAMPLE.match(value) for value in values if isinstance(value, str))
    return next((hit[1] for hit in found if hit), "")
