"""Ids as the description documents them: four letters that name a collection, then 26 characters."""

import re
from collections.abc import Iterable
from typing import Any

_PATTERN = re.compile(r"\^?\(?([a-z]{4})\(?\[")
_EXAMPLE = re.compile(r"([a-z]{4})[0-9A-Z]{26}\Z")


def read_prefix_of_pattern(pattern: Any) -> str:
    """Return the prefix that a pattern such as `^evse[A-Z0-9]{26}$` begins with; empty if it begins with none."""
    match = _PATTERN.match(pattern) if isinstance(pattern, str) else None
    return match[1] if match else ""


def find_prefix_of_examples(values: Iterable[Any]) -> str:
    """Return the prefix of the first value that looks like an id; empty if none does."""
    matches = (_EXAMPLE.match(value) for value in values if isinstance(value, str))
    return next((match[1] for match in matches if match), "")
