"""The end of a run, as all commands show it: waivers applied, summary printed, exit code."""

import sys
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from conformance.cli.terminal import Terminal
from reports import Summary, waivers
from reports.terminal import render_summary
from reports.waivers import Waiver


def load_waivers(file: Path | None) -> tuple[Waiver, ...]:
    """Return the waivers of a file, none without a file.

    Raises:
        UsageError: the file cannot be read, or an entry is invalid.
    """
    return waivers.load(file) if file else ()


def apply_waivers(summary: Summary, known: Iterable[Waiver]) -> Summary:
    """Return the summary with the waivers applied as of today (UTC)."""
    listed = tuple(known)
    return waivers.apply(summary, listed, datetime.now(UTC).date()) if listed else summary


def print_summary(summary: Summary, written: Mapping[str, Path]) -> int:
    """Print the summary and the place of the HTML report; return the exit code."""
    render_summary(summary, Terminal(soft_wrap=not sys.stdout.isatty()), written.get("html"))
    return summary.verdict.exit_code
