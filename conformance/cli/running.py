"""A run from its opening to its reports."""

import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from conformance.errors import UsageError
from conformance.execution.directories import point_latest
from conformance.execution.opening import RunOptions
from conformance.execution.session import Session

if TYPE_CHECKING:
    from reports.waivers import Waiver


def run_and_report(
    options: RunOptions, workers: str, formats: tuple[str, ...], *, waiver_file: Path | None, since: Path | None
) -> int:
    """Run, report, and give the exit code. `since` is an earlier run that the report compares with."""
    known: list[Waiver] = []
    session = Session.open(options, meanwhile=lambda: known.extend(_prepared(formats, waiver_file)))
    from conformance.cli.items import run_items
    from conformance.cli.terminal import Terminal
    from reports import build, fold, read, waivers
    from reports.terminal import render

    try:
        log = session.finish(run_items(session, workers))
    finally:
        session.close()
    summary = fold(read([log]))
    if waiver_file:
        summary = waivers.apply(summary, tuple(known), datetime.now(UTC).date())
    written = build(summary, log.parent, formats, since=fold(read([since])) if since else None)
    _tell_ci(written)
    point_latest(log.parent)
    render(summary, Terminal(soft_wrap=not sys.stdout.isatty()), written.get("html"))
    return summary.verdict.exit_code


def _prepared(formats: tuple[str, ...], waiver_file: Path | None) -> "tuple[Waiver, ...]":
    """What is slow to import and what may be wrong with a request for reports, before anything is sent."""
    from conformance.cli import items  # noqa: F401
    from reports import FORMATS, waivers

    if unknown := sorted(set(formats) - set(FORMATS)):
        raise UsageError(f"there is no report format {unknown[0]!r}", hint=f"One of: {', '.join(FORMATS)}.")
    return waivers.load(waiver_file) if waiver_file else ()


def _tell_ci(written: dict[str, Path]) -> None:
    """Annotations and the step summary go where GitHub looks for them (its workflow commands)."""
    if "annotations" in written:
        sys.stdout.write(written["annotations"].read_text())
    if "markdown" in written and (summary := os.environ.get("GITHUB_STEP_SUMMARY")):
        with Path(summary).open("a") as file:
            file.write(written["markdown"].read_text())
