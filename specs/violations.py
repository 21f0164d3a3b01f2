"""Examples of violations: for each requirement, the finding on a server with one seeded fault that breaks it.

They stand in `specs/violations.json`, which `python docs/make_violations.py` makes.
"""

from collections.abc import Mapping
from functools import cache

import msgspec

import specs

__all__ = ["FILE_NAME", "ViolationExample", "load_violation_examples"]

FILE_NAME = "violations.json"


class ViolationExample(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A finding as a report prints it: where, what, and the requests that show it, each with its status."""

    fault: str
    verdict: str
    operation: str
    message: str
    requests: tuple[str, ...]
    pointer: str = ""
    expected: str = ""
    actual: str = ""


@cache
def load_violation_examples() -> Mapping[str, ViolationExample]:
    """Return the bundled examples by requirement."""
    return msgspec.json.decode(specs.find_data(FILE_NAME).read_bytes(), type=dict[str, ViolationExample])
