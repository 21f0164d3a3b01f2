"""Runs of a small selection in every weather, over many seeds: false accusations, and faults that are not found.

`python -m tests.resilience.weather_series --seeds 20` prints a line for each weather; `--only NAME` chooses weathers.
The seed is that of the network and of the run. A run that accuses a server in order of anything is a false alarm; a
fault counts as found where its requirement, and no other, has a FAIL. The exit code is 1 where the figures are worse
than they must be: no false alarm, and each weather shows the fault in nine runs of ten.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import msgspec

from conformance.mock_server.launcher import run_server
from tests.resilience.faulty_network import WEATHERS, run_network

FAULT, BROKEN = "aut-expired-accepted", "AUT-01"
CLEAN_SELECTION = ("AUT-01&/vehicles", "RSP&/vehicles", "EXP&/vehicles", "PAG&/vehicles", "RSP-13")
FAULTY_SELECTION = ("AUT-01&/vehicles", "AUT-01&/users", "AUT-01&/evses")
MIN_FOUND = 0.9
_ROOT = Path(__file__).parents[2]


class Tally(NamedTuple):
    """What the runs in one weather came to; `alarms` are the findings against a right server, `judged` passed cases."""

    weather: str
    runs: int
    alarms: tuple[str, ...]
    found: int
    judged: int
    codes: tuple[int, ...]

    @property
    def is_good(self) -> bool:
        """Return whether no run accused a right server, and nine of ten found the fault."""
        return not self.alarms and self.found >= MIN_FOUND * self.runs

    def __str__(self) -> str:
        codes = ", ".join(f"{code}: {self.codes.count(code)}" for code in sorted(set(self.codes)))
        return (
            f"{self.weather}: {len(self.alarms)} false FAIL in {self.runs} runs ({self.judged} cases passed), "
            f"fault found in {self.found} of {self.runs}, exit codes ({codes}) {' '.join(self.alarms)}"
        )


def run_suite(base: str, folder: Path, selection: Iterable[str], seed: int = 1) -> dict:
    """Run the suite against a base URL with a folder as its working folder; return `summary.json`."""
    command = [sys.executable, "-m", "conformance", "run", "--target", base, "--workers", "1", "--report-dir", "out"]
    command += ["--seed", str(seed), *(part for expression in selection for part in ("--select", expression))]
    result = subprocess.run(
        command, cwd=folder, env=os.environ | {"PYTHONPATH": str(_ROOT)}, capture_output=True, check=False, timeout=900
    )
    if result.returncode not in {0, 1, 3}:
        raise RuntimeError(f"exit code {result.returncode}: {result.stderr.decode('utf-8', 'replace')}")
    file = folder / "out" / "summary.json"
    if not file.exists():  # the first request got no response, and nothing was judged
        return {"counts": {}, "findings": [], "exit_code": result.returncode}
    return msgspec.json.decode(file.read_bytes()) | {"exit_code": result.returncode}


def run_in_weather(upstream: str, weather: str, seed: int, selection: Iterable[str]) -> dict:
    """Run the suite against a server behind a faulty network; return `summary.json`."""
    with tempfile.TemporaryDirectory() as folder, run_network(upstream, WEATHERS[weather], seed) as base:
        return run_suite(base, Path(folder), selection, seed)


def list_violations(summary: dict) -> list[str]:
    """Return requirement and operation of each FAIL."""
    return [f"{f['requirement']} {f['operation']}" for f in summary["findings"] if f["verdict"] == "FAIL"]


def run_weather(weather: str, seeds: Sequence[int], clean: str, faulty: str, at_a_time: int) -> Tally:
    """Run a selection against a right and a faulty server in one weather, once for each seed."""
    with ThreadPoolExecutor(at_a_time) as pool:
        right = list(pool.map(lambda seed: run_in_weather(clean, weather, seed, CLEAN_SELECTION), seeds))
        wrong = list(pool.map(lambda seed: run_in_weather(faulty, weather, seed, FAULTY_SELECTION), seeds))
    alarms = [violation for summary in right for violation in list_violations(summary)]
    found = 0
    for summary in wrong:
        shown = {violation.partition(" ")[0] for violation in list_violations(summary)}
        found += BROKEN in shown
        alarms += sorted(shown - {BROKEN})
    judged = sum(summary["counts"].get("PASS", 0) for summary in right)
    codes = tuple(summary["exit_code"] for summary in right)
    return Tally(weather, len(seeds), tuple(alarms), found, judged, codes)


def main() -> int:
    """Run the series; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=20, help="number of seeds (default: %(default)s)")
    parser.add_argument("--first", type=int, default=1, help="first seed (default: %(default)s)")
    parser.add_argument("--only", action="append", choices=sorted(WEATHERS), help="weather; repeatable (default: all)")
    parser.add_argument("--at-a-time", type=int, default=2, help="runs at a time (default: %(default)s)")
    options = parser.parse_args()
    seeds, is_good = range(options.first, options.first + options.seeds), True
    with run_server() as clean, run_server(faults=(FAULT,)) as faulty:
        for weather in options.only or WEATHERS:
            tally = run_weather(weather, seeds, clean.base_url, faulty.base_url, options.at_a_time)
            is_good &= tally.is_good
            sys.stdout.write(f"{tally}\n")
            sys.stdout.flush()
    return 0 if is_good else 1


if __name__ == "__main__":
    sys.exit(main())
