"""Report directories: a new one for each run, and the link `latest` beside them."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from conformance.errors import UsageError


def name_run(started: float, name: str) -> str:
    """Return the name of a run, `<time>-<name>`; `started` is in seconds since 1970."""
    return f"{datetime.fromtimestamp(started, UTC):%Y%m%d-%H%M%S}-{name}"


def choose_directory(run: str, parent: Path = Path("evconform-out")) -> Path:
    """Return the path of a directory named after the run that does not exist yet, with a number where needed."""
    directory, number = parent / run, 1
    while directory.exists():
        number += 1
        directory = parent / f"{run}-{number}"
    return directory


def check_writable(directory: Path) -> Path:
    """Return the directory after a check that it can be created and written to; nothing is left behind.

    Raises UsageError where it cannot.
    """
    try:  # permissions alone do not show that a file system is read-only
        nearest = next(path for path in (directory, *directory.parents) if path.exists())
        with TemporaryDirectory(prefix=".evconform-", dir=nearest):
            pass
    except OSError as error:
        raise UsageError(
            f"the report directory {directory} cannot be written: {error.strerror}",
            hint="Name another one with --report-dir",
        ) from error
    return directory


def link_latest(directory: Path) -> None:
    """Point the link `latest` beside a report directory to it, where the system has links."""
    latest = directory.parent / "latest"
    try:
        if latest.is_symlink():
            latest.unlink()
        if not latest.exists():
            latest.symlink_to(directory.name, target_is_directory=True)
    except OSError:
        print(f"the link {latest} to {directory} could not be created", file=sys.stderr)  # noqa: T201 - not worth a failure
