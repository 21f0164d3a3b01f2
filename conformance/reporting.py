"""From a finished log to reports on disk."""

from collections.abc import Sequence
from pathlib import Path

from reports import Summary, build, fold, read


def report(log: Path, formats: Sequence[str]) -> Summary:
    """Fold a run's log and write reports of it beside it."""
    summary = fold(read([log]))
    build(summary, log.parent, formats)
    return summary
