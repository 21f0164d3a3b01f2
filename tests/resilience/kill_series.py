"""Runs that are killed at random moments and resumed: the log folds, the verdicts are the same, and nothing stays.

`python -m tests.resilience.kill_series --kills 100` prints a line for each kill, then the sums. Controller, one worker,
and the whole process group are killed in turn; one run in four writes. The target is a server behind a relay that
records requests, so that a POST which is repeated though its first effect stands is seen. The exit code is 1 where
anything is wrong.
"""

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import psutil

from conformance.errors import LogError
from conformance.mock_server.launcher import run_server
from conformance.run_log.event_log import read_events
from reports import fold
from tests.resilience.faulty_network import SeenRequest, Weather, run_network

READS = ("RSP&/vehicles", "EXP-01&/vehicles", "PAG&/vehicles", "ERR-02&/vehicles")
WRITES = ("WRT-0*&/vehicles", "WRT-0*&/vehicle_trims", "WRT-01", "AFT-02&/vehicles")
VICTIMS = ("controller", "worker", "group")
_MARK = "EVCONFORM_KILL_SERIES"
_GONE_S = 20.0
_ROOT = Path(__file__).parents[2]

Verdicts = dict[tuple[str, str], str]


class Kill(NamedTuple):
    """One kill, and what came of it: whether the log could be read, orphans, blind repeats, verdicts that differ."""

    victim: str
    is_writing: bool
    after_s: float
    had_ended: bool
    reads: bool
    orphans: int
    blind: int
    differences: tuple[str, ...]
    exit_code: int

    @property
    def is_good(self) -> bool:
        """Return whether nothing is wrong."""
        return self.reads and not self.orphans and not self.blind and not self.differences


def start_run(base: str, folder: Path, out: str, *more: str, is_writing: bool, workers: int) -> subprocess.Popen[bytes]:
    """Start a run in a process group of its own, whose processes carry the name of the folder as a mark."""
    chosen = WRITES if is_writing else READS
    selection = [part for expression in chosen for part in ("--select", expression)]
    command = [
        sys.executable,
        "-m",
        "conformance",
        "run",
        "--target",
        base,
        "--workers",
        str(workers),
        "--report-dir",
        out,
    ]
    command += [*selection, *(["--allow-writes"] if is_writing else []), *more]
    with (folder / f"{out}.txt").open("wb") as output:
        return subprocess.Popen(
            command, cwd=folder, env=os.environ | {"PYTHONPATH": str(_ROOT), _MARK: str(folder)}, stdout=output,
            stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip


def list_processes(mark: str) -> list[psutil.Process]:
    """Return the processes that carry a mark and run."""
    return [process for process in psutil.process_iter() if _carries(process, mark)]


def _carries(process: psutil.Process, mark: str) -> bool:
    try:
        return process.environ().get(_MARK) == mark and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def kill_victim(run: subprocess.Popen[bytes], victim: str, mark: str) -> None:
    """Kill the controller, a worker (the controller where there is none yet), or the whole group."""
    workers = [process for process in list_processes(mark) if process.pid != run.pid]
    if victim == "group":
        os.killpg(run.pid, signal.SIGKILL)
    elif victim == "worker" and workers:
        workers[0].kill()
    else:
        run.kill()


def count_orphans(mark: str) -> int:
    """Return how many processes are still there after some seconds."""
    end = time.monotonic() + _GONE_S
    while (left := list_processes(mark)) and time.monotonic() < end:
        time.sleep(0.1)
    return len(left)


def read_verdicts(folder: Path) -> Verdicts:
    """Return the verdicts of a finished run by requirement and operation."""
    summary = fold(read_events([folder]))
    return {(result.requirement, result.operation): str(result.verdict) for result in summary.case_results}


def can_read_log(folder: Path) -> bool:
    """Return whether the log of a run that was cut off folds, or the run had written none yet."""
    if not any(folder.rglob("*.jsonl")):
        return True
    try:
        return fold(read_events([folder])).case_results is not None
    except LogError:
        return False


def list_differences(expected: Verdicts, got: Verdicts, *, is_writing: bool) -> Iterator[str]:
    """Yield the cases that a resumed run judged differently; what a cut-off write left may make one inconclusive."""
    for case, verdict in expected.items():
        new = got.get(case, "none")
        if new != verdict and not (is_writing and new in {"INCONCLUSIVE", "NOT_TESTED"}):
            yield f"{' '.join(case)}: {verdict} -> {new}"


def count_blind_repeats(first: Sequence[SeenRequest], second: Sequence[SeenRequest]) -> int:
    """Return how many POSTs that took effect were sent again, though what they had created was not deleted before."""
    created = {_name(seen): seen for seen in first if seen.method == "POST" and seen.status < 300}
    count = 0
    for number, seen in enumerate(second):
        known = created.get(_name(seen)) if seen.method == "POST" else None
        count += known is not None and not _is_deleted(known, [*first, *second[:number]])
    return count


def _name(seen: SeenRequest) -> tuple[str, bytes, str]:
    return seen.path, seen.body, seen.authorization


def _is_deleted(creation: SeenRequest, others: Sequence[SeenRequest]) -> bool:
    try:
        path = urlsplit(json.loads(creation.content)["url"]).path
    except (ValueError, KeyError, TypeError):
        return False
    return any(seen.method == "DELETE" and seen.path == path and seen.status < 300 for seen in others)


class Series:
    """Kills of runs against one server; `expected` are the verdicts of undisturbed runs, with and without writes."""

    def __init__(self, base: str, seen: list[SeenRequest], folder: Path, chance: random.Random) -> None:
        self._base, self._seen, self._folder, self._random = base, seen, folder, chance
        self._expected: dict[bool, Verdicts] = {}
        self._lasts_s: dict[bool, float] = {}
        for is_writing in (False, True):
            began = time.monotonic()
            out = f"whole-{is_writing}"
            start_run(base, folder, out, is_writing=is_writing, workers=1).wait()
            self._lasts_s[is_writing] = time.monotonic() - began
            self._expected[is_writing] = read_verdicts(folder / out)

    def try_kill(self, victim: str, *, is_writing: bool) -> Kill:
        """Start a run, kill it at a random moment, and resume it."""
        folder = self._folder / uuid.uuid4().hex
        folder.mkdir()
        workers = 2 if victim == "worker" else 1
        began = len(self._seen)
        run = start_run(self._base, folder, "cut", is_writing=is_writing, workers=workers)
        after_s = self._wait(run, began, self._random.random() * self._lasts_s[is_writing])
        had_ended = run.poll() is not None
        if not had_ended:
            kill_victim(run, victim, str(folder))
        run.wait(timeout=120)
        orphans = count_orphans(str(folder))
        reads, middle = can_read_log(folder / "cut"), len(self._seen)
        again = ["--resume", "cut"] if any((folder / "cut").rglob("*.jsonl")) else []
        code = start_run(self._base, folder, "again", *again, is_writing=is_writing, workers=1).wait(timeout=300)
        got = read_verdicts(folder / "again") if (folder / "again").exists() else {}
        differences = tuple(list_differences(self._expected[is_writing], got, is_writing=is_writing))
        blind = count_blind_repeats(self._seen[began:middle], self._seen[middle:]) if again else 0
        return Kill(victim, is_writing, after_s, had_ended, reads, orphans, blind, differences, code)

    def _wait(self, run: subprocess.Popen[bytes], began: int, seconds: float) -> float:
        """Wait for a moment of the run: half of the time by the clock, else by the number of requests so far."""
        start, is_by_count = time.monotonic(), self._random.random() < 0.5
        wanted = began + self._random.randrange(1, 60)
        is_reached: Callable[[], bool] = (
            (lambda: len(self._seen) >= wanted) if is_by_count else (lambda: time.monotonic() >= start + seconds)
        )
        while run.poll() is None and not is_reached():
            time.sleep(0.005)
        return time.monotonic() - start


def run_kills(count: int, seed: int) -> Iterator[Kill]:
    """Kill a number of runs at moments drawn from a seed, and yield what came of each."""
    seen: list[SeenRequest] = []
    with (
        tempfile.TemporaryDirectory() as folder,
        run_server(rate_limit=10_000_000) as server,
        run_network(server.base_url, Weather(), 1, seen=seen) as base,
    ):
        series = Series(base, seen, Path(folder), random.Random(seed))  # noqa: S311
        for number in range(count):
            yield series.try_kill(VICTIMS[number % 3], is_writing=number % 4 == 3)


def main() -> int:
    """Run the series; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=100, help="number of kills (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="seed of the moments (default: %(default)s)")
    options = parser.parse_args()
    kills: list[Kill] = []
    for kill in run_kills(options.kills, options.seed):
        kills.append(kill)
        sys.stdout.write(f"{kill}\n")
        sys.stdout.flush()
    wrong = sum(not kill.is_good for kill in kills)
    ended = sum(kill.had_ended for kill in kills)
    sys.stdout.write(f"{len(kills)} kills, {ended} after the end of the run, {wrong} with something wrong\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
