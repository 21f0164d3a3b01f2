"""The first page of a certification."""

from typing import ClassVar

import msgspec

from conformance.model import Level, RunStarted, Verdict
from reports.first_page import FirstPage
from reports.repeat_command import write_repeat_command
from reports.sections.base import ReportSection
from reports.summary import CaseResult, CertificateState, Summary


class UndecidedCase(msgspec.Struct, frozen=True):
    """A case without PASS, FAIL or WARN, the level of its requirement, and its operation (empty if the only one)."""

    result: CaseResult
    level: Level
    operation: str


class CertificationSection(ReportSection, frozen=True):
    """The standing of a certification, what to fix, what was not decided, and what to do next.

    `commands` show by requirement how to play its case again.
    """

    anchor: ClassVar[str] = "certification"
    title: ClassVar[str] = "Certification"
    template: ClassVar[str] = "certification.html.jinja"

    partner: FirstPage
    header: RunStarted
    state: CertificateState | None
    reasons: tuple[str, ...]
    requests_sent: int
    undecided: tuple[UndecidedCase, ...]
    counts: dict[Verdict, int]
    planned: int
    commands: dict[str, str]


def build_certification(summary: Summary, partner: FirstPage | None) -> CertificationSection | None:
    """Return the section of a certification, or None for any other run."""
    if partner is None or summary.started is None:
        return None
    has_several = len({cell.operation for cell in summary.all_results}) > 1
    undecided = tuple(
        UndecidedCase(
            cell,
            summary.requirement_level(cell.requirement),
            cell.operation if has_several and not cell.operation.endswith("*") else "",
        )
        for cell in partner.unseen
    )
    firsts = [group.findings[0] for mend in (*partner.must, *partner.should) for group in mend.seen[:1]]
    return CertificationSection(
        partner,
        summary.started,
        summary.certificate,
        summary.reasons,
        summary.requests_sent,
        undecided,
        summary.counts,
        summary.planned_count,
        {finding.requirement: write_repeat_command(finding, summary) for finding in firsts},
    )
