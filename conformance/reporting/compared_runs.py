"""The earlier runs that a report compares with: logs that are named, and a history file."""

from collections.abc import Sequence
from pathlib import Path

import msgspec

from reports import Summary, fold, read_events
from reports.history import PastRun, merge_runs, read_history, write_history
from reports.trend import describe_run


class ComparedRuns(msgspec.Struct, frozen=True):
    """The run that is compared finding by finding, and the runs of the trend, the oldest first."""

    latest: Summary | None
    runs: tuple[PastRun, ...]


def read_compared_runs(logs: Sequence[Path], history: Path | None) -> ComparedRuns:
    """Return the runs of the named logs and of the history file; the last log is compared in detail.

    Raises:
        LogError: a log cannot be read.
        UsageError: the history cannot be read.
    """
    runs = [*read_history(history)] if history else []
    latest: Summary | None = None
    for log in logs:
        latest = fold(read_events([log]))
        described = describe_run(latest)
        runs += [described] if described else []
    return ComparedRuns(latest, merge_runs(runs))


def record_run(summary: Summary, history: Path) -> None:
    """Add a run to a history file; one that it holds already is replaced.

    Raises:
        UsageError: the file cannot be read or written.
    """
    described = describe_run(summary)
    if described:
        write_history(history, (*read_history(history), described))
