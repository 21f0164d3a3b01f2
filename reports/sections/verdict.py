"""The verdict of the run, and where to look first."""

from collections.abc import Mapping
from typing import ClassVar
from urllib.parse import quote

import msgspec

from conformance.model import Requirement, RunStarted, Verdict
from reports.groups import FindingGroup
from reports.root_causes import split_by_subject
from reports.sections.base import ReportSection
from reports.summary import GRAVITY, RunVerdict, Summary

SEALS: Mapping[RunVerdict, str] = {
    RunVerdict.CONFORMS: "✓",
    RunVerdict.WAIVED: "✓",
    RunVerdict.VIOLATIONS: "✕",
    RunVerdict.INCONCLUSIVE: "?",
    RunVerdict.ERROR: "‼",
}
_BAR_WIDTH, _MIN_SHARE, _GAP = 1000, 0.006, 1.5


class Segment(msgspec.Struct, frozen=True):
    """A part of the bar of verdicts; the whole bar has 1000 units."""

    verdict: Verdict
    x: float
    width: float


class Gap(msgspec.Struct, frozen=True):
    """A reason why cases were not tested, their number, and the search that lists them."""

    reason: str
    cases: int
    query: str


class VerdictSection(ReportSection, frozen=True):
    """The verdict with its reasons, the number of cases by verdict, and the facts of the run."""

    anchor: ClassVar[str] = "verdict"
    title: ClassVar[str] = "Verdict"
    template: ClassVar[str] = "verdict.html.jinja"

    verdict: RunVerdict
    reasons: tuple[str, ...]
    counts: dict[Verdict, int]
    bar: tuple[Segment, ...]
    planned: int
    unplanned: int
    groups: tuple[FindingGroup, ...]
    of_description: int
    requirements: Mapping[str, Requirement]
    gaps: tuple[Gap, ...]
    header: RunStarted | None
    duration_s: float
    shards: tuple[str, ...]
    requests: dict[str, int]
    requests_sent: int
    remark: str = ""

    @property
    def seal(self) -> str:
        """Return the sign of the verdict."""
        return SEALS[self.verdict]


def build_verdict(summary: Summary, groups: tuple[FindingGroup, ...]) -> VerdictSection:
    """Return the section of the verdict."""
    of_server, of_description = split_by_subject(groups)
    return VerdictSection(
        verdict=summary.verdict,
        reasons=summary.reasons,
        counts=summary.counts,
        bar=build_bar(summary),
        planned=summary.planned_count,
        unplanned=len(summary.unplanned_results),
        groups=of_server,
        of_description=len(of_description),
        requirements=summary.requirements_by_id,
        gaps=build_gaps(summary),
        header=summary.started,
        duration_s=summary.duration_s,
        shards=summary.shards,
        requests=summary.requests,
        requests_sent=summary.requests_sent,
        remark=summary.target_remark,
    )


def build_bar(summary: Summary) -> tuple[Segment, ...]:
    """Return the bar of verdicts; the segment of a verdict that occurs is never too thin to see."""
    shares = {
        verdict: max(count / max(summary.planned_count, 1), _MIN_SHARE)
        for verdict, count in summary.counts.items()
        if count
    }
    scale = _BAR_WIDTH / (sum(shares.values()) or 1)
    segments, x = [], 0.0
    for verdict in GRAVITY:
        if verdict in shares:
            width = shares[verdict] * scale
            segments.append(Segment(verdict, round(x, 1), round(max(width - _GAP, 1), 1)))
            x += width
    return tuple(segments)


def build_gaps(summary: Summary) -> tuple[Gap, ...]:
    """Return the reasons why cases were not tested, most frequent first."""
    return tuple(
        Gap(reason, count, quote(f'status:not-tested text:"{reason.partition(chr(34))[0][:80]}"'))
        for reason, count in summary.gap_counts.items()
    )
