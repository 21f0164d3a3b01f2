"""What a run costs before, during and after its requests, against schemathesis doing as little as it can.

Prints the median of several runs in seconds, megabytes of each process, and ratios: the command's help, the time
from start to the first request, loading the description, a whole standard run.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import psutil

from conformance.model import Exchanged
from conformance.run_log.event_log import read_events

PROVIDED = Path(__file__).parents[3] / "shared" / "reference" / "ev-energy-api-v2-openapi.yaml"
TIMES = 5
_PEER_HELP = [sys.executable, "-m", "schemathesis.cli", "--help"]
_LOAD = "import sys, pathlib; from conformance.description import load; load(pathlib.Path(sys.argv[1])).model"
_PEER_LOAD = "import sys, schemathesis; list(schemathesis.openapi.from_path(sys.argv[1]).get_all_operations())"


def measured(command: list[str], folder: Path) -> tuple[float, float]:
    """Seconds and megabytes of one run of a command; it must succeed."""
    began = time.perf_counter()
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    _, status, usage = os.wait4(process.pid, 0)
    took = time.perf_counter() - began
    text = process.stderr.read().decode() if process.stderr else ""
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.stderr:
        process.stderr.close()
    if process.returncode:
        sys.exit(f"{command} ended with {process.returncode}: {text}")
    return took, usage.ru_maxrss / 1024


def median(command: list[str], folder: Path, times: int = TIMES) -> tuple[float, float]:
    """Medians of several runs, after one that nobody counts."""
    measured(command, folder)
    runs = [measured(command, folder) for _ in range(times)]
    return statistics.median(r[0] for r in runs), max(r[1] for r in runs)


class Run(NamedTuple):
    """Seconds from the start to the first request and to the end, requests, megabytes by what a process does."""

    first_s: float
    whole_s: float
    requests: int
    megabytes: dict[str, float]


def run(folder: Path, number: int, *arguments: str) -> Run:
    """One standard run."""
    directory = folder / f"run-{number}"
    began = time.time()
    command = [sys.executable, "-m", "conformance", "run", "--report-dir", str(directory), *arguments]
    process = psutil.Popen(command, cwd=folder, stdout=subprocess.DEVNULL)
    peaks: Counter[str] = Counter()
    while process.poll() is None:
        for each in (process, *process.children(recursive=True)):
            with suppress(psutil.Error):
                peaks[role(each)] = max(peaks[role(each)], each.memory_info().rss >> 20)
        time.sleep(0.1)
    whole = time.time() - began
    if process.returncode:
        sys.exit(f"{command} ended with {process.returncode}")
    sent = [
        event.exchange.sent_at for event in read_events([directory / "events.jsonl"]) if isinstance(event, Exchanged)
    ]
    return Run(min(sent) - began, whole, len(sent), dict(peaks))


def role(process: psutil.Process) -> str:
    """What a process does in a run: with one worker, the command is it."""
    words = process.cmdline()
    return "server" if "conformance.mock_server" in words else "command" if "conformance" in words else "worker"


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        ours, _ = median([sys.executable, "-m", "conformance", "--help"], folder)
        peer, _ = median(_PEER_HELP, folder)
        print(f"help: {ours:.2f} s, schemathesis {peer:.2f} s, ratio {peer / ours:.1f}")
        description = ("--description", str(PROVIDED)) if PROVIDED.exists() else ()
        if description:
            ours, memory = median([sys.executable, "-c", _LOAD, str(PROVIDED)], folder)
            peer, more = median([sys.executable, "-c", _PEER_LOAD, str(PROVIDED)], folder)
            print(f"description: {ours:.2f} s and {memory:.0f} MB, schemathesis {peer:.2f} s and {more:.0f} MB")
        by_workers = {}
        for workers in ("1", "2"):
            runs = [run(folder, int(workers) * TIMES + n, "--workers", workers, *description) for n in range(TIMES)]
            by_workers[workers] = whole = statistics.median(each.whole_s for each in runs)
            first = statistics.median(each.first_s for each in runs)
            roles = {name: max(each.megabytes.get(name, 0) for each in runs) for name in runs[0].megabytes}
            print(
                f"run, {workers} worker(s): first request after {first:.2f} s, {runs[0].requests} requests "
                f"in {whole:.2f} s, {', '.join(f'{name} {size:.0f} MB' for name, size in roles.items())}"
            )
        print(f"ratio of one worker to two: {by_workers['1'] / by_workers['2']:.2f}")


if __name__ == "__main__":
    main()
