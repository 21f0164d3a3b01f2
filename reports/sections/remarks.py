"""The last sections: waivers, changes since an earlier run, and notes."""

from collections import defaultdict
from typing import ClassVar

import msgspec

from conformance.model import Noticed
from reports.sections.base import ReportSection
from reports.summary import AppliedWaiver, FindingChange, RunDifference, Summary


class WaiversSection(ReportSection, frozen=True):
    """The waivers that were applied to the run."""

    anchor: ClassVar[str] = "waivers"
    title: ClassVar[str] = "Waivers"
    template: ClassVar[str] = "waivers.html.jinja"

    waivers: tuple[AppliedWaiver, ...]

    @property
    def count(self) -> int:
        """Return the number of waivers."""
        return len(self.waivers)


class ChangeList(msgspec.Struct, frozen=True):
    """The changes of one kind, with an explanation where the title is not enough."""

    title: str
    changes: tuple[FindingChange, ...]
    note: str = ""


class ChangesSection(ReportSection, frozen=True):
    """The changes since an earlier run; `findings` are the ids that the page can link to."""

    anchor: ClassVar[str] = "changes"
    title: ClassVar[str] = "Changes"
    template: ClassVar[str] = "changes.html.jinja"

    since: RunDifference
    lists: tuple[ChangeList, ...]
    findings: frozenset[str]


class NotesSection(ReportSection, frozen=True):
    """The notes of the run, by topic."""

    anchor: ClassVar[str] = "notes"
    title: ClassVar[str] = "Notes"
    template: ClassVar[str] = "notes.html.jinja"

    topics: tuple[tuple[str, tuple[Noticed, ...]], ...]

    @property
    def count(self) -> int:
        """Return the number of notes."""
        return sum(len(notes) for _, notes in self.topics)


def build_changes(summary: Summary) -> ChangesSection | None:
    """Return the section of changes, or None where the run was not compared with another."""
    since = summary.since
    if since is None:
        return None
    lists = (
        ChangeList("New", since.new),
        ChangeList("No longer tested", since.no_longer_tested, "Judged then but not now; this is not a success."),
        ChangeList("Still failing", since.still),
        ChangeList("Fixed", since.fixed),
    )
    return ChangesSection(since, lists, frozenset(finding.id for finding in summary.findings))


def build_notes(summary: Summary) -> NotesSection:
    """Return the section of notes."""
    by_topic: dict[str, list[Noticed]] = defaultdict(list)
    for notice in summary.notices:
        by_topic[notice.topic].append(notice)
    return NotesSection(tuple((topic, tuple(notices)) for topic, notices in sorted(by_topic.items())))
