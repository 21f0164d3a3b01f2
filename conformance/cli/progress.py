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
_LOOK_S = 0.5  # between two looks at what a worker may be waiting for


class SuiteProgress:
    """A pytest plugin that counts items and shows what is waited for; a context manager around the run.

    `fault` is what broke pytest itself, empty where nothing did.
    """

    def __init__(self, total: int, store: Path) -> None:
        self._total, self._done, self._violating, self._store = total, 0, 0, store
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
        self._bar.start()
        self._watcher.start()

    def __exit__(self, *given: object) -> None:
        self._over.set()
        self._watcher.join()
        self._bar.stop()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Count an item when it ran."""
        if report.when != "call":
            return
        self._done += 1
        self._violating += report.failed
        self._bar.update(self._task, advance=1, description=self._told())
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

    def _told(self) -> str:
        return f"probing, {self._violating} with violations" if self._violating else "probing"

    def _watch(self) -> None:
        """Show what a worker waits for, once for each wait."""
        store, shown = Store(self._store), ""
        while not self._over.wait(_LOOK_S):
            waiting = store.announced()
            if waiting != shown:
                self._bar.update(self._task, description=waiting or self._told())
                if waiting:  # the bar may be cut at the width of the terminal, and a wait may last an hour
                    self._console.print(f"evconform: {waiting}; {_INSTEAD}", soft_wrap=True, markup=False)
            shown = waiting
        store.close()
