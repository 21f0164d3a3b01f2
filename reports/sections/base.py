"""The base of all sections, and the marks of verdicts."""

from collections.abc import Mapping
from typing import ClassVar

import msgspec

from conformance.model import Verdict

GLYPHS: Mapping[Verdict, str] = {
    Verdict.ERROR: "‼",
    Verdict.FAIL: "✕",
    Verdict.INCONCLUSIVE: "?",
    Verdict.REVIEW: "◆",
    Verdict.WARN: "▲",
    Verdict.PASS: "✓",
    Verdict.NOT_OBSERVABLE: "◌",
    Verdict.NOT_TESTED: "○",
    Verdict.NOT_APPLICABLE: "–",  # noqa: RUF001 - a dash is intended
}


class ReportSection(msgspec.Struct, frozen=True):
    """A section of the page: `anchor` and `title` name it, `template` lays it out with the section as `view`."""

    anchor: ClassVar[str]
    title: ClassVar[str]
    template: ClassVar[str]

    @property
    def count(self) -> int | None:
        """Return the number beside the title in the contents, None where there is none."""
        return None
