"""The plan items of the suite, run by pytest, with progress."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from conformance import suite
from conformance.cli.interrupts import end_on_sigterm
from conformance.cli.progress import SuiteProgress
from conformance.errors import HarnessError, UsageError
from conformance.execution.concurrency import MIN_LATENCY_S
from conformance.execution.session import Session
from conformance.execution.spec import RunSpec
from conformance.execution.store import get_store_path
from conformance.execution.worker import find_remaining_items
from conformance.pytest_plugin import SUITE, PreparedSession
from conformance.targets.resolver import is_loopback
from conformance.tools.counts import parse_count
from conformance.tools.machine_limits import explain_limit

_PYTEST_VARIABLES = ("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "PYTEST_ADDOPTS", "PYTEST_PLUGINS")
_SAFE_PATH = "PYTHONSAFEPATH"
_ITEMS_PER_WORKER = 60  # with fewer, another process costs more than it saves


def run_items(session: Session, workers: str) -> str:
    """Run every plan item on a number of processes (or auto); return why the run ended early, or an empty text."""
    items = len(find_remaining_items(session.brief.plan, session.spec))
    progress = SuiteProgress(items, get_store_path(session.spec.path))
    prepared = PreparedSession(session)
    arguments = [
        "--pyargs", SUITE,
        "-c", str(Path(suite.__file__).parent / "pytest.ini"), "--noconftest",
        "-p", "no:terminal", "-p", "no:cacheprovider", "-p", "no:logging", "-p", "no:doctest", "-p", "no:junitxml",
        "-p", "no:unraisableexception", "-p", "no:threadexception",  # the first collects garbage for half a second
        "-p", "conformance.pytest_plugin",
        "--capture=no",
    ]  # fmt: skip
    if count := _count_workers(workers, items, session.spec):
        arguments += ["-p", "xdist.plugin", "-n", str(count)]  # distributed by the scheduler of the suite
    with _isolate_pytest(), end_on_sigterm(), progress:
        code = pytest.main(arguments, plugins=[prepared, progress])
    if progress.error:
        if limit := explain_limit(progress.cause):
            raise limit
        raise HarnessError(
            f"internal error of the suite: {progress.error}", hint=f"The run log so far: {session.spec.path}"
        )
    if code == pytest.ExitCode.INTERRUPTED:
        sys.stderr.write("evconform: interrupted; no further request is sent, reports are written\n")
        sys.stderr.flush()
        return "interrupted"
    return (
        ""
        if code in {pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.NO_TESTS_COLLECTED}
        else f"pytest ended with {code}"
    )


@contextmanager
def _isolate_pytest() -> Iterator[None]:
    """Keep other plugins and pytest options out of the run: they cost seconds and may change it."""
    before = {name: os.environ.pop(name, None) for name in (*_PYTEST_VARIABLES, _SAFE_PATH)}
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    os.environ[_SAFE_PATH] = "1"  # workers of xdist take nothing from the working folder
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value


def _count_workers(workers: str, items: int, spec: RunSpec) -> int:
    """Return the number of processes, 0 for none beside this one.

    `auto` takes as many cores as the items keep busy, without the one that a target on this machine needs, or one
    process where it waits for the target most of the time.
    """
    if workers == "auto":
        waits = spec.latency_s >= MIN_LATENCY_S and spec.concurrency != 1
        cores = (os.cpu_count() or 1) - (1 if is_loopback(spec.target.base_url) else 0)
        count = 1 if waits else max(1, min(cores, items // _ITEMS_PER_WORKER))
    else:
        count = parse_count(workers) or 0
    if count < 1:
        raise UsageError(
            f"--workers must be a positive integer or auto, got {workers!r}", hint="For example --workers 4"
        )
    count = min(count, spec.concurrency or count)  # each has at least one request in flight
    return count if count > 1 else 0
