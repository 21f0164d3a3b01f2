"""The progress of a run: a bar on a terminal, a line for every tenth in CI, otherwise nothing."""

import os
import threading
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from conformance.execution.store import SharedStore

_ALTERNATIVE = "use --on-rate-limit stop to end the run there, and --resume to continue it"
_POLL_INTERVAL_S = 0.25


class SuiteProgress:
    """A pytest plugin, and context manager, that shows how many plan items have ended and what the run waits for.

    It reads the shared store, because workers report only failures to their controller. `error` is the message of an
    internal error of pytest, empty where there was none, and `cause` the exception, where it was in this process.
    """

    def __init__(self, total: int, store: Path) -> None:
        self._total, self._violating, self._path = total, 0, store
        self._before = self._done = 0
        self._waiting = ""
        self._over = threading.Event()
        self._watcher = threading.Thread(target=self._watch, daemon=True)
        self.error = ""
        self.cause: BaseException | None = None
        self._console = Console(stderr=True)
        self._quiet = not self._console.is_terminal
        self._bar = Progress(
            TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
            console=self._console, transient=True, disable=self._quiet,
        )  # fmt: skip
        self._task = self._bar.add_task("probing", total=total)

    def __enter__(self) -> None:
        store = SharedStore(self._path)
        self._before = store.count_finished_items()
        store.close()
        self._bar.start()
        self._watcher.start()

    def __exit__(self, *exception: object) -> None:
        self._over.set()
        self._watcher.join()
        self._bar.stop()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Count the plan items with violations of a MUST."""
        self._violating += report.failed and report.when == "call"

    def pytest_internalerror(self, excrepr: Any, excinfo: pytest.ExceptionInfo[BaseException]) -> bool:
        """Keep the message of an internal error of pytest."""
        self.error, self.cause = str(excrepr).strip().splitlines()[-1], excinfo.value
        return True

    def pytest_exception_interact(self, call: pytest.CallInfo[Any], report: object) -> None:
        """Keep the exception of a failed collection."""
        if isinstance(report, pytest.CollectReport) and call.excinfo is not None:
            self.cause = call.excinfo.value

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Keep the message of a failed collection, which is an internal error too."""
        if report.failed:
            self.error = str(report.longrepr).strip().splitlines()[-1]

    def _watch(self) -> None:
        store = SharedStore(self._path)
        while not self._over.wait(_POLL_INTERVAL_S):
            self._update(store)
        self._update(store)
        store.close()

    def _update(self, store: SharedStore) -> None:
        """Update the bar, and print each wait of a worker once."""
        done, waiting = store.count_finished_items() - self._before, store.get_announcement()
        activity = f"probing, {self._violating} with violations" if self._violating else "probing"
        self._bar.update(self._task, completed=done, description=waiting or activity)
        if waiting and waiting != self._waiting:
            self._console.print(f"evconform: {waiting}; {_ALTERNATIVE}", soft_wrap=True, markup=False)
        if self._quiet and os.environ.get("CI") and self._count_tenths(done) > self._count_tenths(self._done):
            self._console.print(f"evconform: {done}/{self._total} items, {self._violating} with violations")
        self._done, self._waiting = done, waiting

    def _count_tenths(self, done: int) -> int:
        return done * 10 // max(1, self._total)
