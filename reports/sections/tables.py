"""Sections whose rows the page's script makes from the stored data: matrix, cases and exchanges."""

from collections import Counter, defaultdict
from typing import ClassVar

import msgspec

from conformance.model import Level, Verdict
from reports.sections.base import ReportSection
from reports.summary import Summary

SIDE_FILE = "report-bodies.zip"


class RequirementRow(msgspec.Struct, frozen=True):
    """The number of cases of one requirement by verdict."""

    id: str
    level: Level
    statement: str
    counts: dict[Verdict, int]


class MatrixSection(ReportSection, frozen=True):
    """Requirements by resource; `rows` are the table for readers without a script."""

    anchor: ClassVar[str] = "matrix"
    title: ClassVar[str] = "Requirements"
    template: ClassVar[str] = "matrix.html.jinja"

    verdicts: tuple[Verdict, ...]
    rows: tuple[RequirementRow, ...]

    @property
    def count(self) -> int:
        """Return the number of requirements."""
        return len(self.rows)


class CasesSection(ReportSection, frozen=True):
    """All cases, planned or not."""

    anchor: ClassVar[str] = "cases"
    title: ClassVar[str] = "Cases"
    template: ClassVar[str] = "cases.html.jinja"

    cases: int
    sample_remark: str = ""

    @property
    def count(self) -> int:
        """Return the number of cases."""
        return self.cases


class ExchangesSection(ReportSection, frozen=True):
    """All exchanges; `cut` bodies are whole only in the side file."""

    anchor: ClassVar[str] = "exchanges"
    title: ClassVar[str] = "Exchanges"
    template: ClassVar[str] = "exchanges.html.jinja"
    side_file: ClassVar[str] = SIDE_FILE

    exchanges: int
    cut: int

    @property
    def count(self) -> int:
        """Return the number of exchanges."""
        return self.exchanges


def build_matrix(summary: Summary) -> MatrixSection:
    """Return the section of the matrix."""
    counts: dict[str, Counter[Verdict]] = defaultdict(Counter)
    for result in summary.case_results:
        counts[result.requirement][result.verdict] += 1
    rows = tuple(
        RequirementRow(
            key,
            summary.requirement_level(key),
            summary.requirements_by_id[key].statement if key in summary.requirements_by_id else "not in the catalogue",
            {verdict: counts[key][verdict] for verdict in summary.counts},
        )
        for key in sorted(counts)
    )
    return MatrixSection(tuple(summary.counts), rows)
