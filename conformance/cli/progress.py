"""How far a run is: a bar on a terminal, a line every tenth of the way in CI, nothing where nobody looks."""

import os
import threading
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from conformance.execution.store import Store

_INSTEAD = "with --on-rate-limit stop a run ends there and is gone on with by --resume"
_LOOK_S = 0.25  # between two looks at how far the workers are, and what they may be waiting for


class SuiteProgress:
    """A pytest plugin that shows how many items have ended and what is waited for; a context manager around the run.

    It looks at the shared store: workers tell their controller of what failed alone. `fault` is what broke pytest
    itself, empty where nothing did.
    """

    def __init__(self, total: int, store: Path) -> None:
        self._total, self._violating, self._path = total, 0, store
        self._before = self._done = 0
        self._waiting = ""
        self._over = threading.Event()
        self._watcher = threading.Thread(target=self._watch, daemon=True)
        self.fault = ""
        self._console = Console(stderr=True)
        self._quiet = not self._console.is_terminal
        self._bar = Progress(
            TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
            console=self._console, transient=True, disable=self._quiet,
        )  # fmt: skip
        self._task = self._bar.add_task("probing", total=total)

    def __enter__(self) -> None:
        store = Store(self._path)
        self._before = store.ended()
        store.close()
        self._bar.start()
        self._watcher.start()

    def __exit__(self, *given: object) -> None:
        self._over.set()
        self._watcher.join()
        self._bar.stop()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Count what violated a MUST; a worker that died is told in another way."""
        self._violating += report.failed and report.when == "call"

    def pytest_internalerror(self, excrepr: Any) -> bool:
        """Keep pytest's own fault for our message."""
        self.fault = str(excrepr).strip().splitlines()[-1]
        return True

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """A suite that cannot be collected is a fault of ours too."""
        if report.failed:
            self.fault = str(report.longrepr).strip().splitlines()[-1]

    def _watch(self) -> None:
        store = Store(self._path)
        while not self._over.wait(_LOOK_S):
            self._look(store)
        self._look(store)
        store.close()

    def _look(self, store: Store) -> None:
        """Show how far the run is, and what a worker waits for: once for each wait, as the bar may be cut off."""
        done, waiting = store.ended() - self._before, store.announced()
        told = f"probing, {self._violating} with violations" if self._violating else "probing"
        self._bar.update(self._task, completed=done, description=waiting or told)
        if waiting and waiting != self._waiting:
            self._console.print(f"evconform: {waiting}; {_INSTEAD}", soft_wrap=True, markup=False)
        if self._quiet and os.environ.get("CI") and self._tenths(done) > self._tenths(self._done):
            self._console.print(f"evconform: {done}/{self._total} items, {self._violating} with violations")
        self._done, self._waiting = done, waiting

    def _tenths(self, done: int) -> int:
        return done * 10 // max(1, self._total)
