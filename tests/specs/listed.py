"""The differences that the bundled description declares: matching them, and the page made of them.

`python tests/specs/listed.py` writes DIFFERENCES.md anew.
"""

import json
import re
from functools import cached_property
from typing import Any, Literal

import msgspec

import specs
from tests.specs.structure import Difference

FOLDER = specs.find_data("ev-energy-v2")

_HEAD = """# Where this description departs from the provider's

Made from `differences.toml`; edit that. The description here is our own text about the same API. Its structure (paths,
parameters, bodies, responses, schemas, scopes) is the provider's, but for what follows, and a test compares the two
wherever the provider's file is at hand. `*` stands for anything within one step, `**` for any steps.
"""


class Entry(msgspec.Struct, frozen=True, dict=True, forbid_unknown_fields=True):
    """One kind of difference: where, what, why, and how often."""

    group: str
    at: list[str]
    change: Literal["added", "removed", "changed"]
    places: int
    reason: str
    theirs: str = ".*"
    ours: str = ".*"

    @cached_property
    def _at(self) -> re.Pattern[str]:
        steps = {"**": ".*", "*": "[^/]*"}
        parts = (re.split(r"(\*\*|\*)", pattern) for pattern in self.at)
        return re.compile("|".join("".join(steps.get(part, re.escape(part)) for part in pieces) for pieces in parts))

    @cached_property
    def _values(self) -> re.Pattern[str]:
        return re.compile(f"(?:{self.theirs}) => (?:{self.ours})")

    def is_match(self, difference: Difference) -> bool:
        """Return whether a difference is of this kind."""
        return (
            difference.change == self.change
            and self._at.fullmatch(difference.at) is not None
            and self._values.fullmatch(f"{_compact(difference.theirs)} => {_compact(difference.ours)}") is not None
        )


class Listed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The content of differences.toml; `groups` maps names to headings, in the order of the page."""

    groups: dict[str, str]
    difference: list[Entry]


def read_listed() -> Listed:
    """Read differences.toml."""
    return msgspec.toml.decode(FOLDER.joinpath("differences.toml").read_bytes(), type=Listed)


def page(differences: Listed) -> str:
    """Return the text of DIFFERENCES.md."""
    parts = [_HEAD]
    for name, heading in differences.groups.items():
        rows = [_row(entry) for entry in differences.difference if entry.group == name]
        parts.append("\n".join([f"## {heading}", "", *rows, ""]))
    return "\n".join(parts)


def _row(entry: Entry) -> str:
    where = ", ".join(f"`{pattern}`" for pattern in entry.at)
    count = "1 place" if entry.places == 1 else f"{entry.places} places"
    return f"- {entry.reason} ({entry.change}, {count}: {where})"


def _compact(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))


if __name__ == "__main__":
    from pathlib import Path

    Path(str(FOLDER.joinpath("DIFFERENCES.md"))).write_text(page(read_listed()), encoding="utf-8")
