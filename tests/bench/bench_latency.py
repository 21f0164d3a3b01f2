"""Whole runs against a server that stands 0, 30 and 100 ms away, beside schemathesis on the same server.

`python -m tests.bench latency` prints for each latency the wall time of a standard run, from the command to its
reports, with one request in flight and as it runs by default; then requests a second of schemathesis with one worker
and with 32, and the ratio. With `--seeds N` after `tests/bench/bench_latency.py` it prints the median of N seeds and
the lowest and highest; the default, one seed, takes less than five minutes on an idle machine with two cores.
"""

import argparse
import re
import shlex
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import msgspec

from conformance.description import load_description
from conformance.mock_server.launcher import READY_PREFIX
from conformance.model import Exchanged
from conformance.run_log.event_log import read_events

LATENCIES_MS = (0, 30, 100)
PART = "tag:EVSEs"  # what the comparison of limits runs: a whole run with one request in flight takes minutes
_ROOT = Path(__file__).parents[2]
_GENERATED = re.compile(r"(\d+) generated")
_ENDED = re.compile(r"in ([\d.]+)s =")
_PEER = ("--phases", "fuzzing", "--checks", "not_a_server_error", "--max-examples", "5", "--no-color")


class Measured(NamedTuple):
    """A run: wall time in seconds, requests, and the highest number in flight."""

    seconds: float
    requests: int
    in_flight: int


@contextmanager
def serve_at_distance(latency_ms: int) -> Iterator[str]:
    """Run the built-in server at a latency, and yield its base URL."""
    command = [sys.executable, "-m", "tests.bench.distant_server", "--latency-ms", str(latency_ms)]
    with subprocess.Popen(command, cwd=_ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            line = process.stdout.readline() if process.stdout else ""
            yield line.removeprefix(READY_PREFIX).strip()
        finally:
            process.terminate()


def run_suite(url: str, directory: Path, seed: int, *options: str) -> Measured:
    """Run the command to its end, and read from its log what it sent."""
    command = [sys.executable, "-m", "conformance", "run", "--target", url, "--report-dir", str(directory)]
    began = time.perf_counter()
    ended = subprocess.run(
        [*command, "--seed", str(seed), *options], cwd=_ROOT, capture_output=True, text=True, check=False
    )
    seconds = time.perf_counter() - began
    if ended.returncode:
        sys.exit(f"{shlex.join(command)} ended with {ended.returncode}: {ended.stdout[-500:]}{ended.stderr[-500:]}")
    exchanges = [event.exchange for event in read_events([directory / "events.jsonl"]) if isinstance(event, Exchanged)]
    moments = sorted(
        [(exchange.sent_at, 1) for exchange in exchanges]
        + [(exchange.sent_at + exchange.response.elapsed_s, -1) for exchange in exchanges if exchange.response]
    )
    level = most = 0
    for _, change in moments:
        level += change
        most = max(most, level)
    return Measured(seconds, len(exchanges), most)


def run_peer(url: str, description: Path, seed: int, workers: int) -> Measured:
    """Run schemathesis; the time is what it prints, without its start."""
    command = [sys.executable, "-m", "schemathesis.cli", "run", str(description), "--url", url, *_PEER]
    command += ["--workers", str(workers), "--seed", str(seed), "-H", "Authorization: Bearer token-full"]
    printed = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    generated, seconds = _GENERATED.search(printed), _ENDED.search(printed)
    if generated is None or seconds is None:
        sys.exit(f"{shlex.join(command)} printed something else than it did: {printed[-500:]}")
    return Measured(float(seconds[1]), int(generated[1]), workers)


def show(name: str, runs: list[Measured]) -> float:
    """Print the median of some runs with the lowest and highest, and return its requests a second."""
    seconds = [run.seconds for run in runs]
    middle, requests = statistics.median(seconds), runs[0].requests
    spread = f" ({min(seconds):.1f} to {max(seconds):.1f})" if len(runs) > 1 else ""
    rate = statistics.median(run.requests / run.seconds for run in runs)
    in_flight = max(run.in_flight for run in runs)
    print(
        f"  {name}: {middle:.1f} s{spread}, {requests} requests, {in_flight} in flight, {rate:.0f} a second", flush=True
    )
    return rate


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=1)
    seeds = range(1, parser.parse_args().seeds + 1)
    print(f"schemathesis run DESCRIPTION --url URL {shlex.join(_PEER)} --workers N --seed N")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        description = folder / "description.json"
        description.write_bytes(msgspec.json.encode(load_description().document))
        for latency_ms in LATENCIES_MS:
            print(f"{latency_ms} ms")
            measure(latency_ms, folder, description, seeds)


def measure(latency_ms: int, folder: Path, description: Path, seeds: range) -> None:
    """Print the figures at one latency."""

    def run_seeds(name: str, *options: str) -> float:
        runs = []
        for seed in seeds:
            with serve_at_distance(latency_ms) as url:
                runs.append(run_suite(url, folder / f"{latency_ms}-{name}-{seed}".replace(" ", "-"), seed, *options))
        return show(name, runs)

    one = run_seeds(f"{PART} with one request in flight", "--select", PART, "--workers", "1", "--concurrency", "1")
    many = run_seeds(f"{PART} by default", "--select", PART)
    print(f"  ratio: {many / one:.1f}")
    ours = run_seeds("standard run by default")
    peers = {}
    for workers in (1, 32):
        with serve_at_distance(latency_ms) as url:
            runs = [run_peer(url, description, seed, workers) for seed in seeds]
        peers[workers] = show(f"schemathesis with {workers} workers", runs)
    print(f"  ratio to schemathesis: {ours / max(peers.values()):.1f}")


if __name__ == "__main__":
    main()
