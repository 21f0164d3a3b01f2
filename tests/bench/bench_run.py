"""What a run costs before, during and after its requests, against schemathesis doing as little as it can.

Prints the median of several runs in seconds, megabytes of the largest process, and ratios: the command's help, the time
from start to the first request, loading the description, a whole standard run.
"""

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

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


def first_request(folder: Path, number: int, *arguments: str) -> tuple[float, float, int]:
    """Seconds from the command's start to its first request and to its end, and the requests it sent."""
    directory = folder / f"run-{number}"
    began = time.time()
    command = [sys.executable, "-m", "conformance", "run", "--report-dir", str(directory), *arguments]
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
    ended = time.time()
    sent = [
        event["exchange"]["sent_at"]
        for line in (directory / "events.jsonl").read_bytes().splitlines()
        if (event := json.loads(line))["type"] == "exchange"
    ]
    return min(sent) - began, ended - began, len(sent)


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
        runs = [first_request(folder, number, "--workers", "1", *description) for number in range(TIMES)]
        start, whole = statistics.median(r[0] for r in runs), statistics.median(r[1] for r in runs)
        print(f"run: first request after {start:.2f} s, {runs[0][2]} requests in {whole:.2f} s on one worker")
        two = [first_request(folder, TIMES + number, "--workers", "2", *description)[1] for number in range(TIMES)]
        print(f"run: {statistics.median(two):.2f} s on two workers, ratio {whole / statistics.median(two):.2f}")
        print(f"largest process of any run: {resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()
