"""The first page of a certification."""

from collections import defaultdict
from typing import ClassVar

import msgspec

from conformance.model import Level, RunStarted, Verdict
from reports.first_page import FirstPage
from reports.repeat_command import write_repeat_command
from reports.sections.base import ReportSection
from reports.summary import CaseResult, CertificateState, Summary


class UndecidedCases(msgspec.Struct, frozen=True):
    """Cases of one requirement without PASS, FAIL or WARN, for one reason, with the level of the requirement.

    `first` is one of them; `operations` are those of all, none where the certification has only one.
    """

    first: CaseResult
    level: Level
    operations: tuple[str, ...]


class CertificationSection(ReportSection, frozen=True):
    """The standing of a certification, what to fix, what was not decided, and what to do next.

    `commands` show by requirement how to play its case again.
    """

    anchor: ClassVar[str] = "certification"
    title: ClassVar[str] = "Certification"
    template: ClassVar[str] = "certification.html.jinja"

    first_shown: ClassVar[int] = 3  # operations of undecided cases in a line

    partner: FirstPage
    header: RunStarted
    state: CertificateState | None
    reasons: tuple[str, ...]
    requests_sent: int
    undecided: tuple[UndecidedCases, ...]
    counts: dict[Verdict, int]
    planned: int
    commands: dict[str, str]


def build_certification(summary: Summary, partner: FirstPage | None) -> CertificationSection | None:
    """Return the section of a certification, or None for any other run."""
    if partner is None or summary.started is None:
        return None
    firsts = [group.findings[0] for mend in (*partner.must, *partner.should) for group in mend.seen[:1]]
    return CertificationSection(
        partner,
        summary.started,
        summary.certificate,
        summary.reasons,
        summary.requests_sent,
        _group_undecided(partner, summary),
        summary.counts,
        summary.planned_count,
        {finding.requirement: write_repeat_command(finding, summary) for finding in firsts},
    )


def _group_undecided(partner: FirstPage, summary: Summary) -> tuple[UndecidedCases, ...]:
    """Return the undecided cases in their order, those of one requirement for one reason together."""
    has_several = len({result.operation for result in summary.all_results}) > 1
    groups: dict[tuple[str, Verdict, str], list[CaseResult]] = defaultdict(list)
    for result in partner.unseen:
        groups[result.requirement, result.verdict, result.reason].append(result)
    return tuple(
        UndecidedCases(
            results[0],
            summary.requirement_level(results[0].requirement),
            tuple(result.operation for result in results if has_several and not result.operation.endswith("*")),
        )
        for results in groups.values()
    )
