"""The section on the last runs."""

from typing import ClassVar

from reports.sections.base import ReportSection
from reports.summary import Summary
from reports.trend import LINE_HEIGHT, LINE_WIDTH, RunChange, Trend, build_trend


class TrendSection(ReportSection, frozen=True):
    """Failing cases over the last runs by requirement family, and what came and went."""

    anchor: ClassVar[str] = "trend"
    title: ClassVar[str] = "Trend"
    template: ClassVar[str] = "trend.html.jinja"
    width: ClassVar[int] = LINE_WIDTH
    height: ClassVar[int] = LINE_HEIGHT
    first_shown: ClassVar[int] = 20  # findings and names in each list
    runs_shown: ClassVar[int] = 6  # before the others are collapsed

    trend: Trend

    @property
    def count(self) -> int:
        """Return the number of runs."""
        return len(self.trend.runs)

    @property
    def newest(self) -> tuple[RunChange, ...]:
        """Return the changes of the newest runs, this one first."""
        return self.trend.changes[::-1][: self.runs_shown]

    @property
    def older(self) -> tuple[RunChange, ...]:
        """Return the changes of the runs before those."""
        return self.trend.changes[::-1][self.runs_shown :]


def build_trend_section(summary: Summary) -> TrendSection | None:
    """Return the section; None where no earlier run is known."""
    trend = build_trend(summary)
    return TrendSection(trend) if trend else None
