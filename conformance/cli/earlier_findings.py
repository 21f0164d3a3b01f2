"""Look-up of an earlier run and its findings by the names that reports give them."""

from pathlib import Path

import reports
from reports.root_causes import find_root_causes
from reports.summary import Finding, Summary


def read_run(directory: Path) -> Summary | None:
    """Return the summary of a run, None where the directory does not exist."""
    return reports.fold(reports.read_events([directory])) if directory.exists() else None


def find_finding(name: str, summary: Summary) -> Finding | None:
    """Return the finding with that id, or the first one of the cause with that id."""
    by_id = {finding.id: finding for finding in summary.findings}
    groups = find_root_causes(summary)
    by_cause = {group.id: group.findings[0] for group in groups}
    return by_id.get(name) or by_cause.get(name)
