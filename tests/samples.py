"""A part of many like cases, for the tests that run by default; all of them run with `--long`."""

from collections.abc import Iterable
from zlib import crc32

import pytest


def each_or_long(names: Iterable[str], each: int) -> list[object]:
    """Return the names as parameters of a test; all but one in `each`, chosen by the name, belong to the long tests."""
    return [pytest.param(name, marks=() if crc32(name.encode()) % each == 0 else pytest.mark.long) for name in names]
