"""The findings by cause, each with its evidence."""

from collections.abc import Callable, Mapping
from typing import ClassVar

import msgspec
from markupsafe import Markup

from conformance.model import Exchange, Requirement
from reports.evidence import deflate
from reports.excerpt import DiffLine, build_excerpt, has_actual
from reports.groups import FindingGroup
from reports.repeat_command import can_repeat_requests, write_repeat_command
from reports.replay_scripts import ReplayScripts, write_scripts
from reports.replay_steps import StepFinder
from reports.request_commands import Variable, list_variables, write_curl, write_python
from reports.root_causes import split_by_subject
from reports.sections.base import ReportSection
from reports.summary import Finding, Summary
from reports.waivers import WAIVABLE, write_entry

INLINE_BYTES = 300_000  # of findings inside the page; later ones are loaded from the store when opened
STORED_PER_CHUNK = 40
MAX_LINKS = 8  # exchanges that a finding links to
MAX_OPERATIONS = 5  # of one cause, before the others are collapsed


class Repetition(msgspec.Struct, frozen=True):
    """The commands that send a request again, and the variables that they need."""

    exchange: Exchange
    curl: str
    python: str
    variables: tuple[Variable, ...]


class FindingDetails(msgspec.Struct, frozen=True):
    """The evidence of one finding: the diff, the exchanges, how to reproduce it, and an entry for `waivers.toml`.

    `message` is empty where the title of the cause says the same, `actual` where the diff shows it. `scripts` send all
    steps and check; `alone` is the one request that shows most, with the fewest parts. `is_on_api` is false for what a
    certification found: it has no operations and no identities.
    """

    template: ClassVar[str] = "finding.html.jinja"

    finding: Finding
    message: str
    lines: tuple[DiffLine, ...]
    actual: str
    exchanges: tuple[Exchange, ...]
    hidden_exchanges: int
    scripts: ReplayScripts | None
    command: str
    alone: Repetition | None
    is_smallest: bool
    is_on_api: bool
    waiver: str


class FindingsSection(ReportSection, frozen=True):
    """The findings by cause: `groups` are those in the server, `of_description` those in the description.

    `inline` holds the details of findings in the page by finding id; `chunks` holds the others, and `stored_at` their
    places as `chunk:number` by finding id.
    """

    anchor: ClassVar[str] = "findings"
    title: ClassVar[str] = "Findings"
    template: ClassVar[str] = "findings.html.jinja"
    first_shown: ClassVar[int] = MAX_OPERATIONS

    groups: tuple[FindingGroup, ...]
    of_description: tuple[FindingGroup, ...]
    findings: int
    is_partial: bool
    requirements: Mapping[str, Requirement]
    new: frozenset[str]
    inline: dict[str, Markup]
    chunks: tuple[str, ...]
    stored_at: dict[str, str]

    @property
    def count(self) -> int:
        """Return the number of causes."""
        return len(self.groups)

    @property
    def size(self) -> int:
        """Return the number of characters of all details."""
        return sum(map(len, self.inline.values())) + sum(map(len, self.chunks))


class DescriptionSection(ReportSection, frozen=True):
    """The causes in the description, apart from those in the server."""

    anchor: ClassVar[str] = "description"
    title: ClassVar[str] = "Description"
    template: ClassVar[str] = "description.html.jinja"

    causes: FindingsSection

    @property
    def count(self) -> int:
        """Return the number of causes."""
        return len(self.causes.of_description)


def build_findings(
    summary: Summary, groups: tuple[FindingGroup, ...], render: Callable[[FindingDetails], str]
) -> FindingsSection:
    """Return the section of the findings; `render` lays out the details of one."""
    inline: dict[str, Markup] = {}
    finder = StepFinder(summary)
    stored: list[tuple[str, str]] = []
    size = 0
    for group in groups:
        for finding in (*group.findings, *group.under):
            html = render(build_details(finding, group, summary, finder))
            if size < INLINE_BYTES:
                inline[finding.id] = Markup(html)  # noqa: S704 - rendered by our template, which escapes
            else:
                stored.append((finding.id, html))
            size += len(html)
    parts = [stored[start : start + STORED_PER_CHUNK] for start in range(0, len(stored), STORED_PER_CHUNK)]
    of_server, of_description = split_by_subject(groups) if can_repeat_requests(summary) else (groups, ())
    return FindingsSection(
        groups=of_server,
        of_description=of_description,
        findings=sum(len(group.findings) + len(group.under) for group in of_server),
        is_partial=bool(summary.cut_off or summary.stopped),
        requirements=summary.requirements_by_id,
        new=frozenset(change.finding for change in summary.since.new) if summary.since else frozenset(),
        inline=inline,
        chunks=tuple(deflate([html for _, html in part]) for part in parts),
        stored_at={key: f"{chunk}:{n}" for chunk, part in enumerate(parts) for n, (key, _) in enumerate(part)},
    )


def build_details(finding: Finding, group: FindingGroup, summary: Summary, finder: StepFinder) -> FindingDetails:
    """Return the evidence of a finding."""
    exchanges = [summary.exchanges_by_id[key] for key in finding.exchanges if key in summary.exchanges_by_id]
    lines = build_excerpt(finding, exchanges[0] if exchanges else None)
    can_be_waived = summary.started is not None and finding.verdict in WAIVABLE
    return FindingDetails(
        finding=finding,
        message=finding.message if finding.message != group.message else "",
        lines=lines,
        actual="" if has_actual(finding, lines) else finding.actual,
        exchanges=tuple(exchanges[:MAX_LINKS]),
        hidden_exchanges=max(0, len(exchanges) - MAX_LINKS),
        scripts=write_scripts(finding, summary, finder),
        command=write_repeat_command(finding, summary),
        alone=_build_repetition(summary.simplest_exchange(finding) if can_repeat_requests(summary) else None),
        is_smallest=finding.smallest in summary.exchanges_by_id,
        is_on_api=can_repeat_requests(summary),
        waiver=write_entry(finding, summary.started.started_at) if summary.started and can_be_waived else "",
    )


def _build_repetition(exchange: Exchange | None) -> Repetition | None:
    if exchange is None:
        return None
    return Repetition(exchange, write_curl(exchange), write_python(exchange), list_variables(exchange))
