"""The history of runs: a small file with the counts and findings of each run, for a trend over many of them."""

from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

import msgspec

from conformance.errors import UsageError
from conformance.tools.files import replace_file

SCHEMA = "evconform/history/1"
MAX_RUNS = 50  # of one target and profile


class FamilyCount(msgspec.Struct, frozen=True):
    """The cases of a requirement family that were judged in a run, and those among them that failed (FAIL, WARN)."""

    failing: int
    judged: int


class PastRun(msgspec.Struct, frozen=True):
    """A run in the history: `findings` are requirement and operation of each failure, by finding id.

    `started_at` is in seconds since 1970; `verdict` is a `RunVerdict`; `families` are by name, such as `EXP`.
    """

    run: str
    started_at: float
    target: str
    profile: str
    verdict: str
    suite_version: str
    description_sha256: str
    families: dict[str, FamilyCount]
    findings: dict[str, str]

    @property
    def series(self) -> tuple[str, str]:
        """Return the target and the profile; only runs of one series can be compared by number."""
        return self.target, self.profile


class _History(msgspec.Struct, frozen=True):
    schema: str
    runs: tuple[PastRun, ...]


def read_history(path: Path) -> tuple[PastRun, ...]:
    """Return the runs of a history file, the oldest first; none where there is no file yet.

    Raises:
        UsageError: the file cannot be read, or is no history of this schema.
    """
    try:
        history = msgspec.json.decode(path.read_bytes(), type=_History)
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}", hint="Name a file for --history") from error
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise UsageError(
            f"{path} is not a history of runs: {error}", hint="Delete the file to begin a new history"
        ) from error
    if history.schema != SCHEMA:
        raise UsageError(
            f"{path} has the schema {history.schema!r}, expected {SCHEMA!r}",
            hint="Delete the file to begin a new history",
        )
    return merge_runs(history.runs)


def write_history(path: Path, runs: Iterable[PastRun]) -> None:
    """Write a history file in one step, with the newest `MAX_RUNS` runs of each series.

    Raises:
        UsageError: the file cannot be written.
    """
    text = msgspec.json.format(msgspec.json.encode(_History(SCHEMA, merge_runs(runs))), indent=1)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, text + b"\n")
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}", hint="Name a file for --history") from error


def merge_runs(runs: Iterable[PastRun]) -> tuple[PastRun, ...]:
    """Return runs, the oldest first, each once (the last one given), and of each series the newest `MAX_RUNS`."""
    by_series: dict[tuple[str, str], dict[str, PastRun]] = defaultdict(dict)
    for run in runs:
        by_series[run.series][run.run] = run
    newest = [sorted(series.values(), key=_sort_key)[-MAX_RUNS:] for series in by_series.values()]
    return tuple(sorted((run for series in newest for run in series), key=_sort_key))


def _sort_key(run: PastRun) -> tuple[float, str]:
    return run.started_at, run.run
