"""A run of the suite, from its opening to its reports."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from conformance.execution.session import Session
from conformance.execution.setup import RunOptions
from conformance.execution.spec import release_validators

if TYPE_CHECKING:
    from reports.waivers import Waiver


def run_and_report(
    options: RunOptions,
    workers: str,
    formats: tuple[str, ...],
    *,
    waiver_file: Path | None,
    since: tuple[Path, ...] = (),
    history: Path | None = None,
) -> int:
    """Run the suite, write the reports, and return the exit code; `since` are earlier runs to compare with."""
    known: list[Waiver] = []
    session = Session.open(options, import_meanwhile=lambda: known.extend(_prepare(formats, waiver_file, history)))
    from conformance.cli.conclusion import apply_waivers, print_summary
    from conformance.cli.pytest_run import run_items
    from conformance.cli.regressions import conclude_comparison
    from conformance.reporting.builder import write_reports
    from conformance.tools.garbage import reduce_collection
    from reports import fold, read_events

    with reduce_collection():
        try:
            stopped = run_items(session, workers)
            release_validators()  # before the end of the run needs others, for the description as it was published
            log = session.finish(stopped)
        finally:
            session.close()
        del session
        release_validators()  # before the events are read, which take as much memory
        summary = fold(read_events([log]))
        if waiver_file:
            summary = apply_waivers(summary, known)
        written = write_reports(log, formats, summary=summary, since=since, history=history)
    _publish_for_ci(written)
    return conclude_comparison(summary, print_summary(summary, written))


def _prepare(formats: tuple[str, ...], waiver_file: Path | None, history: Path | None) -> "tuple[Waiver, ...]":
    """Import what is slow to import, and check what the reports need, before anything is sent."""
    from conformance.cli import pytest_run  # noqa: F401
    from conformance.cli.conclusion import load_waivers
    from reports import check_formats
    from reports.history import read_history

    check_formats(formats)
    if history:
        read_history(history)
    return load_waivers(waiver_file)


def _publish_for_ci(written: dict[str, Path]) -> None:
    """Put annotations and the step summary where GitHub expects them (its workflow commands)."""
    if "annotations" in written:
        sys.stdout.write(written["annotations"].read_text(encoding="utf-8"))
    if "markdown" in written and (summary := os.environ.get("GITHUB_STEP_SUMMARY")):
        try:
            with Path(summary).open("a", encoding="utf-8") as file:
                file.write(written["markdown"].read_text(encoding="utf-8"))
        except OSError as error:  # the verdict of the run counts, and the reports are written
            sys.stderr.write(f"evconform: GITHUB_STEP_SUMMARY, {summary}, cannot be written: {error.strerror}\n")
