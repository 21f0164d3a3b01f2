"""Where the records of runs are kept: a fresh directory for each, `latest` beside them."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from conformance.errors import UsageError


def stamped(started: float, name: str) -> str:
    """The name of a run that began then (seconds since 1970): `<time>-<name>`."""
    return f"{datetime.fromtimestamp(started, UTC):%Y%m%d-%H%M%S}-{name}"


def fresh_directory(run: str, parent: Path = Path("evconform-out")) -> Path:
    """A directory of that name that does not exist yet, numbered where it must be."""
    found, number = parent / run, 1
    while found.exists():
        number += 1
        found = parent / f"{run}-{number}"
    return found


def usable(directory: Path) -> Path:
    """The directory, once it is sure that it can be made and written; raises UsageError. Leaves nothing behind."""
    nearest = next(each for each in (directory, *directory.parents) if each.exists())
    try:  # tried, not asked: permissions do not tell of read-only and of odd file systems
        with TemporaryDirectory(prefix=".evconform-", dir=nearest):
            pass
    except OSError as fault:
        raise UsageError(
            f"the report directory {directory} cannot be written: {fault.strerror}",
            hint="Name another with --report-dir.",
        ) from fault
    return directory


def point_latest(directory: Path) -> None:
    """Let `latest` beside a report directory lead to it; where the system has no links, leave it."""
    latest = directory.parent / "latest"
    try:
        if latest.is_symlink():
            latest.unlink()
        if not latest.exists():
            latest.symlink_to(directory.name, target_is_directory=True)
    except OSError:
        print(f"latest could not be linked to {directory}", file=sys.stderr)  # noqa: T201 - no reason to fail a run
