"""The suite's items inside pytest, with progress."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from conformance import suite
from conformance.cli.interrupts import terminable
from conformance.cli.progress import SuiteProgress
from conformance.errors import HarnessError, UsageError
from conformance.execution.session import Session
from conformance.execution.store import store_path
from conformance.execution.worker import todo
from conformance.pytest_plugin import SUITE, Prepared

_OF_PYTEST = ("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "PYTEST_ADDOPTS", "PYTEST_PLUGINS")
_ITEMS_PER_WORKER = 60  # below that another process costs more than it saves


def run_items(session: Session, workers: str) -> str:
    """Run every item on that many processes (a number or auto); why the run ended early, or nothing."""
    items = len(todo(session.brief.plan, session.spec))
    progress = SuiteProgress(items, store_path(session.spec.path))
    prepared = Prepared(session)
    arguments = [
        "--pyargs", SUITE,
        "-c", str(Path(suite.__file__).parent / "pytest.ini"), "--noconftest",
        "-p", "no:terminal", "-p", "no:cacheprovider", "-p", "no:logging", "-p", "no:doctest", "-p", "no:junitxml",
        "-p", "no:unraisableexception", "-p", "no:threadexception",  # the first collects garbage for half a second
        "-p", "conformance.pytest_plugin",
        "--capture=no",
    ]  # fmt: skip
    if count := _count(workers, items):
        arguments += ["-p", "xdist.plugin", "-n", str(count)]  # dealt out by `suite/scheduling.py`
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
    """Keep other people's plugins and pytest options out of the run: they cost seconds and may change it."""
    before = {name: os.environ.pop(name, None) for name in _OF_PYTEST}
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value


def _count(workers: str, items: int) -> int:
    """How many processes; 0 means this one. `auto` takes as many cores as the items keep busy."""
    if workers == "auto":
        wanted = min(os.cpu_count() or 1, items // _ITEMS_PER_WORKER)
    elif workers.isdigit() and int(workers) >= 1:
        wanted = int(workers)
    else:
        raise UsageError(f"--workers {workers!r} is no number of processes", hint="A number from 1, or auto.")
    return wanted if wanted > 1 else 0
