"""Running the suite inside pytest, with progress, and reporting what came of it."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from rich.console import Console

from conformance import suite
from conformance.cli.interrupts import terminable
from conformance.cli.progress import SuiteProgress
from conformance.errors import HarnessError, UsageError
from conformance.execution.directories import point_latest
from conformance.execution.opening import RunOptions
from conformance.execution.session import Session
from conformance.execution.worker import store_path, todo
from conformance.pytest_plugin import SUITE, Prepared
from reports import FORMATS, build, fold, read, waivers
from reports.terminal import render

_ITEMS_PER_WORKER = 60  # below that another process costs more than it saves


def run_and_report(
    options: RunOptions, workers: str, formats: tuple[str, ...], *, waiver_file: Path | None, since: Path | None
) -> int:
    """Run, report, and give the exit code. `since` is an earlier run that the report compares with."""
    if unknown := sorted(set(formats) - set(FORMATS)):
        raise UsageError(f"there is no report format {unknown[0]!r}", hint=f"One of: {', '.join(FORMATS)}.")
    known = waivers.load(waiver_file) if waiver_file else ()
    session = Session.open(options)
    try:
        stopped = _run_items(session, _count(workers, len(todo(session.plan, session.spec))))
        log = session.finish(stopped)
    finally:
        session.close()
    summary = fold(read([log]))
    if waiver_file:
        summary = waivers.apply(summary, known, datetime.now(UTC).date())
    written = build(summary, log.parent, formats, since=fold(read([since])) if since else None)
    _tell_ci(written)
    point_latest(log.parent)
    render(summary, Console(soft_wrap=not sys.stdout.isatty()), written.get("html"))
    return summary.verdict.exit_code


def _tell_ci(written: dict[str, Path]) -> None:
    """Annotations and the step summary go where GitHub looks for them (its workflow commands)."""
    if "annotations" in written:
        sys.stdout.write(written["annotations"].read_text())
    if "markdown" in written and (summary := os.environ.get("GITHUB_STEP_SUMMARY")):
        with Path(summary).open("a") as file:
            file.write(written["markdown"].read_text())


def _count(workers: str, items: int) -> int:
    """How many processes; 0 means this one. `auto` takes as many cores as the items keep busy."""
    if workers == "auto":
        wanted = min(os.cpu_count() or 1, items // _ITEMS_PER_WORKER)
    elif workers.isdigit() and int(workers) >= 1:
        wanted = int(workers)
    else:
        raise UsageError(f"--workers {workers!r} is no number of processes", hint="A number from 1, or auto.")
    return wanted if wanted > 1 else 0


def _run_items(session: Session, workers: int) -> str:
    """Run every item; why the run ended early, or nothing."""
    progress = SuiteProgress(len(todo(session.plan, session.spec)), store_path(session.spec.path))
    prepared = Prepared(session)
    arguments = [
        "--pyargs", SUITE,
        "-c", str(Path(suite.__file__).parent / "pytest.ini"),
        "-p", "no:terminal", "-p", "no:cacheprovider", "-p", "no:logging", "-p", "no:doctest", "-p", "no:junitxml",
        "-p", "conformance.pytest_plugin",
        "--capture=no",
    ]  # fmt: skip
    if workers:
        arguments += ["-p", "xdist.plugin", "-n", str(workers), "--dist", "loadgroup", "--no-loadscope-reorder"]
    with _alone(), terminable(), progress:
        code = pytest.main(arguments, plugins=[prepared, progress])
    if progress.fault:
        raise HarnessError(f"the suite broke: {progress.fault}", hint=f"The record so far: {session.spec.path}")
    if code == pytest.ExitCode.INTERRUPTED:
        return "interrupted"
    return (
        ""
        if code in {pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.NO_TESTS_COLLECTED}
        else (f"pytest ended with {code}")
    )


@contextmanager
def _alone() -> Iterator[None]:
    """Keep the plugins of other packages out of the run: they cost seconds and may change it."""
    name = "PYTEST_DISABLE_PLUGIN_AUTOLOAD"
    before = os.environ.get(name)
    os.environ[name] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ[name]
        else:
            os.environ[name] = before
