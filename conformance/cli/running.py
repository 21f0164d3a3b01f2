"""Running the suite inside pytest, with progress, and reporting what came of it."""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from conformance import suite
from conformance.errors import HarnessError, UsageError
from conformance.execution.opening import RunOptions
from conformance.execution.session import Session, point_latest
from conformance.execution.worker import todo
from conformance.pytest_plugin import SUITE, Prepared
from reports import FORMATS, build, fold, read, waivers
from reports.terminal import render

_ITEMS_PER_WORKER = 60  # below that another process costs more than it saves


def run_and_report(options: RunOptions, workers: str, formats: tuple[str, ...], waiver_file: Path | None) -> int:
    """Run, report, and give the exit code."""
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
    written = build(summary, log.parent, formats)
    point_latest(log.parent)
    render(summary, Console(soft_wrap=not sys.stdout.isatty()), written.get("html"))
    return summary.verdict.exit_code


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
    progress = _Progress(len(todo(session.plan, session.spec)))
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
    with _alone(), _terminable(), progress:
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


class _Progress:
    """A bar on a terminal, a line every tenth of the way elsewhere in CI, nothing when nobody looks."""

    def __init__(self, total: int) -> None:
        self._total, self._done, self._violating = total, 0, 0
        self.fault = ""
        self._console = Console(stderr=True)
        self._quiet = not self._console.is_terminal
        self._bar = Progress(
            TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
            console=self._console, transient=True, disable=self._quiet,
        )  # fmt: skip
        self._task = self._bar.add_task("probing", total=total)

    def __enter__(self) -> None:
        self._bar.start()

    def __exit__(self, *given: object) -> None:
        self._bar.stop()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Count an item when it ran."""
        if report.when != "call":
            return
        self._done += 1
        self._violating += report.failed
        told = f"probing, {self._violating} with violations" if self._violating else "probing"
        self._bar.update(self._task, advance=1, description=told)
        if (
            self._quiet
            and os.environ.get("CI")
            and self._done * 10 // self._total > (self._done - 1) * 10 // self._total
        ):
            self._console.print(f"evconform: {self._done}/{self._total} items, {self._violating} with violations")

    def pytest_internalerror(self, excrepr: Any) -> bool:
        """Keep pytest's own fault for our message."""
        self.fault = str(excrepr).strip().splitlines()[-1]
        return True

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """A suite that cannot be collected is a fault of ours too."""
        if report.failed:
            self.fault = str(report.longrepr).strip().splitlines()[-1]


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


@contextmanager
def _terminable() -> Iterator[None]:
    """Let SIGTERM end a run as Ctrl-C does: with its record and report."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
