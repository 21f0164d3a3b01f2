"""The lock of a report directory: two runs that write into one would mix their logs."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from conformance.errors import UsageError

_NAME = "run.lock"


@contextmanager
def lock_directory(directory: Path) -> Iterator[None]:
    """Hold the lock of a report directory, which the system releases when this process ends, however it ends.

    Raises UsageError where another run holds it, or the directory contains a run log, also of a run that was cut off.
    """
    if (directory / "events.jsonl").exists():
        raise UsageError(f"{directory} already contains a run log", hint="Name a new --report-dir")
    folder = directory / "workers"
    folder.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(folder / _NAME, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        if not _try_lock(descriptor):
            raise UsageError(f"another run is writing into {directory}", hint="Name another --report-dir")
        if any(folder.glob("*.jsonl")):
            hint = f"Continue it with --resume {directory} and a new --report-dir"
            raise UsageError(f"{directory} contains the log of a run that was cut off", hint=hint)
        yield
    finally:
        os.close(descriptor)


def _try_lock(descriptor: int) -> bool:
    """Lock a file of this process; return whether nobody else holds it."""
    if sys.platform == "win32":
        return True  # a file that is open cannot be removed there, and the logs are refused
    import fcntl  # noqa: PLC0415 - not on Windows

    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return True  # a file system without locks
    return True
