"""A long run in the profile deep, and the memory of its processes: it must not grow with the number of exchanges.

`python -m tests.resilience.soak` prints the resident memory of each process (run, workers, built-in server) for each
thousand exchanges, then the growth of each over a thousand exchanges once its caches are warm, the highest memory of
the run while it sends and while it writes its reports, and the size of the report. The API is the bundled description
with its paths three times, which is about 110,000 exchanges; `--copies` makes it smaller or larger, and `--budget`
bounds the requests of each identity. The growth is that of the reads, which come first: the median of all slopes
between two samples, which a step moves little. The exit code is 1 where a process grows, takes too much, or the run
accuses the server or leaves no report; findings at copies do not count, since the built-in server makes the numbers of
some resources agree by their names.
"""

import argparse
import os
import re
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from itertools import combinations
from pathlib import Path
from statistics import median
from typing import NamedTuple

import msgspec
import psutil

from conformance.description import load_description
from conformance.execution.store import get_store_path
from conformance.mock_server.launcher import run_server

MAX_GROWTH_MB = 0.6  # over a thousand exchanges, of one process once its caches are warm: 60 MB over 100,000
MAX_MEMORY_MB = 650  # of one process at any time; plan and schemas of an API three times as large take 300 of them
_MEASURED = 0.1, 0.7  # shares of all exchanges: caches are warm, and writes, each with a schema to build, come later
_COPY = re.compile(r"_\d+(/|$)")
_SERVER = "server"
_INTERVAL_S = 1.0
_ALLOWANCE = 10_000_000
_ROOT = Path(__file__).parents[2]


class Sample(NamedTuple):
    """The resident memory of each process at one moment, in MB, and how many exchanges there had been."""

    exchanges: int
    memory: Mapping[str, float]
    cpu_s: float


def write_description(path: Path, copies: int) -> None:
    """Write the bundled description with its paths and operations several times, under other names.

    Those of charging sessions are there once: the built-in server makes their numbers agree, by their names.
    """
    document = msgspec.json.decode(msgspec.json.encode(load_description().document))
    paths = document["paths"]
    for template, item in [*paths.items()]:
        first, *rest = template.removeprefix("/").split("/")
        for number in range(2, 1 if first.startswith("charging_s") else copies + 1):
            copy = paths["/".join(["", f"{first}_{number}", *rest])] = msgspec.json.decode(msgspec.json.encode(item))
            for operation in copy.values():
                if isinstance(operation, dict) and "operationId" in operation:
                    operation["operationId"] += f"_{number}"
    path.write_bytes(msgspec.json.encode(document))


def start_run(base: str, out: Path, folder: Path, options: Sequence[str]) -> subprocess.Popen[bytes]:
    """Start a run in the profile deep, with a folder as its working folder."""
    command = [sys.executable, "-m", "conformance", "run", "--target", base, "--profile", "deep"]
    command += ["--report-dir", str(out), *options]
    return subprocess.Popen(command, cwd=folder, env=os.environ | {"PYTHONPATH": str(_ROOT)})


def watch(run: subprocess.Popen[bytes], server: psutil.Process, out: Path) -> Iterator[Sample]:
    """Yield a sample every second until the run has ended."""
    while run.poll() is None:
        processes = {_SERVER: server, **_list_processes(run)}
        memory = {name: mb for name, process in processes.items() if (mb := _measure_memory(process))}
        yield Sample(_count_exchanges(out), memory, sum(map(_measure_cpu, processes.values())))
        time.sleep(_INTERVAL_S)


def _list_processes(run: subprocess.Popen[bytes]) -> dict[str, psutil.Process]:
    """Return the processes of a run by name: the run itself, and its workers."""
    try:
        whole = psutil.Process(run.pid)
        workers = sorted(whole.children(recursive=True), key=lambda process: process.pid)
    except psutil.Error:
        return {}
    return {"run": whole} | {f"worker {number}": process for number, process in enumerate(workers, 1)}


def _measure_memory(process: psutil.Process) -> float:
    try:
        return process.memory_info().rss / 1e6
    except psutil.Error:
        return 0.0


def _measure_cpu(process: psutil.Process) -> float:
    try:
        return sum(process.cpu_times()[:2])
    except psutil.Error:
        return 0.0


def _count_exchanges(out: Path) -> int:
    """Return how many requests a run has sent so far, by its ledgers; 0 before and after it sends."""
    store = get_store_path(out)
    if not store.exists():
        return 0
    try:
        with closing(sqlite3.connect(f"file:{store}?mode=ro", uri=True)) as connection:
            return int(connection.execute("SELECT coalesce(sum(spent), 0) FROM ledger").fetchone()[0])
    except sqlite3.Error:  # it is being made, or deleted
        return 0


def measure_growth(samples: Sequence[Sample]) -> dict[str, float]:
    """Return by process by how many MB its memory grows over a thousand exchanges while it reads."""
    last = max((sample.exchanges for sample in samples), default=0)
    points: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for sample in samples:
        if _MEASURED[0] * last <= sample.exchanges <= _MEASURED[1] * last:
            for name, memory in sample.memory.items():
                points[name].append((sample.exchanges / 1000, memory))
    return {name: round(_fit_slope(own), 3) for name, own in points.items() if len({x for x, _ in own}) > 1}


def _fit_slope(points: Sequence[tuple[float, float]]) -> float:
    """Return the median of the slopes between all pairs of points (the Theil-Sen estimator)."""
    return median((y2 - y1) / (x2 - x1) for (x1, y1), (x2, y2) in combinations(points, 2) if x1 != x2)


def print_thousands(samples: Iterator[Sample]) -> list[Sample]:
    """Print the first sample of each thousand exchanges as it comes; return all samples."""
    kept: list[Sample] = []
    thousand = -1
    for sample in samples:
        kept.append(sample)
        if sample.exchanges // 1000 > thousand:
            thousand = sample.exchanges // 1000
            memory = ", ".join(f"{name} {mb:.0f}" for name, mb in sample.memory.items())
            sys.stdout.write(f"{sample.exchanges:>7,} exchanges, {sample.cpu_s:>6.0f} s of processor, MB: {memory}\n")
            sys.stdout.flush()
    return kept


def find_peaks(samples: Sequence[Sample]) -> dict[str, float]:
    """Return the highest memory of each process in MB; that of the run after its last request has another name."""
    last = max((number for number, sample in enumerate(samples) if sample.exchanges), default=0)
    peaks: dict[str, float] = defaultdict(float)
    for number, sample in enumerate(samples):
        for name, memory in sample.memory.items():
            place = name if number <= last else f"{name}, reports"
            peaks[place] = max(peaks[place], memory)
    return dict(peaks)


def main() -> int:
    """Run the soak; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--copies", type=int, default=3, help="how often each path is there (default: %(default)s)")
    parser.add_argument("--budget", type=int, default=_ALLOWANCE, help="requests of each identity (default: no limit)")
    parser.add_argument("--workers", default="1", help="workers of the run (default: %(default)s)")
    parser.add_argument("--keep", type=Path, help="new folder for the report (default: a temporary one)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        description = Path(folder) / "openapi.json"
        write_description(description, options.copies)
        with run_server(description, rate_limit=_ALLOWANCE) as server:
            out = (options.keep or Path(folder) / "out").absolute()
            (server_process,) = psutil.Process().children()
            more = ["--description", str(description), "--workers", options.workers, "--budget", str(options.budget)]
            run = start_run(
                server.base_url, out, Path(folder), [*more, "--no-overlay", "--allow-writes", "--allow-hardware"]
            )
            samples = print_thousands(watch(run, server_process, out))
        report = out / "report.html"
        written = report.stat().st_size if report.exists() else 0
        exchanges = max(sample.exchanges for sample in samples)
        accused = list_accused(out) if written else []
    growth, peaks = measure_growth(samples), find_peaks(samples)
    sys.stdout.write(f"{exchanges:,} requests, exit code {run.returncode}, report of {written:,} bytes\n")
    sys.stdout.write(f"MB over a thousand exchanges: {growth}\nhighest MB: {peaks}\n")
    is_flat = all(slope <= MAX_GROWTH_MB for slope in growth.values())
    sys.stdout.write("".join(f"accused: {case}\n" for case in accused))
    return 0 if is_flat and max(peaks.values()) <= MAX_MEMORY_MB and written and not accused else 1


def list_accused(out: Path) -> list[str]:
    """Return the violated MUST requirements with their operations, those of copies left out."""
    summary = msgspec.json.decode((out / "summary.json").read_bytes())
    found = [f"{one['requirement']} {one['operation']}" for one in summary["findings"] if one["verdict"] == "FAIL"]
    return [case for case in found if not _COPY.search(case)]


if __name__ == "__main__":
    sys.exit(main())
