"""Judged exchanges a second in the profile deep, with one worker and two, against schemathesis on the same server.

`python tests/bench/bench_throughput.py [EXAMPLES]` prints what a client sends and judges from its first request to its
last, with the processor time by exchange of the server and of the whole command, its start and its reports included.
Where processes can be confined they share as many cores as there are workers. So on the built-in server, and on one
that only tells again what that one answered. Cases of the description are compiled before anything is counted;
schemathesis generates its own, so many for each operation, and judges one thing, that no server fails.
"""

import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import msgspec
import psutil

from conformance.description import Description, load_description
from conformance.mock_server import run_server
from conformance.mock_server.launcher import READY_PREFIX
from conformance.model import Exchanged
from conformance.run_log.event_log import read_events
from conformance.validation import SchemaValidators, SecondOpinion
from strategies.compiled_cases import compile_cases

SEED = 1
_GENERATED = re.compile(r"(\d+) generated")
_ENDED = re.compile(r"in ([\d.]+)s =")


class Rate(NamedTuple):
    """Exchanges, the seconds that they took, and processor seconds of the client and of the server."""

    exchanges: int
    seconds: float
    client_s: float
    server_s: float

    @property
    def each_second(self) -> float:
        return self.exchanges / self.seconds

    def __str__(self) -> str:
        client, server = (1000 * each / self.exchanges for each in (self.client_s, self.server_s))
        return (
            f"{self.exchanges} in {self.seconds:.1f} s, {self.each_second:.0f} a second; "
            f"processor time of one: client {client:.2f} ms, server {server:.2f} ms"
        )


def processor_s(process: psutil.Process) -> float:
    times = process.cpu_times()
    return times.user + times.system


@contextmanager
def served() -> Iterator[tuple[str, psutil.Process]]:
    """A clean server and its process."""
    before = {each.pid for each in psutil.Process().children()}
    with run_server(seed=SEED) as server:
        (process,) = (each for each in psutil.Process().children() if each.pid not in before)
        yield server.base_url, process


@contextmanager
def confined(server: psutil.Process, cores: int) -> Iterator[None]:
    """Keep a server, and what is started meanwhile, on so many cores, where the system can do that."""
    here = psutil.Process()
    if not hasattr(here, "cpu_affinity"):
        yield
        return
    known = here.cpu_affinity()
    for each in (here, server):
        each.cpu_affinity(known[:cores])
    yield
    here.cpu_affinity(known)


def command_s(command: list[str], folder: Path) -> tuple[float, str]:
    """Processor seconds of a command with its children, and what it printed."""
    before = sum(time_of_children())
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return sum(time_of_children()) - before, done.stdout


def time_of_children() -> tuple[float, float]:
    """User and system seconds of the children that have ended."""
    times = psutil.Process().cpu_times()
    return times.children_user, times.children_system


@contextmanager
def replayed(log: Path, url: str) -> Iterator[tuple[str, psutil.Process]]:
    """A trivial server that tells again what the server of a log answered, at its address, and its process."""
    command = [sys.executable, "-m", "tests.bench.replaying", str(log), str(urlsplit(url).port)]
    pipe = subprocess.PIPE
    with psutil.Popen(command, cwd=Path(__file__).parents[2], stdin=pipe, stdout=pipe, text=True) as process:
        line = process.stdout.readline()
        yield line.removeprefix(READY_PREFIX).strip(), process
        unknown = process.communicate()[0].strip()
        print(f"the trivial server was asked {unknown} times for what the other one never was")


def ours(directory: Path, workers: int, url: str, server: psutil.Process) -> Rate:
    """A whole run in the profile deep, from its first request to its last."""
    arguments = ["--target", url, "--profile", "deep", "--allow-writes", "--budget", "1000000"]
    command = [sys.executable, "-m", "conformance", "run", *arguments, "--seed", str(SEED)]
    before = processor_s(server)
    with confined(server, workers):
        client_s, _ = command_s([*command, "--workers", str(workers), "--report-dir", str(directory)], directory.parent)
    server_s = processor_s(server) - before
    sent = [each.exchange for each in read_events([directory / "events.jsonl"]) if isinstance(each, Exchanged)]
    first = min(each.sent_at for each in sent)
    last = max(each.sent_at + (each.response.elapsed_s if each.response else 0) for each in sent)
    return Rate(len(sent), last - first, client_s, server_s)


def theirs(folder: Path, description: Description, examples: int) -> Rate:
    """schemathesis with one worker, its drawing counted as ours is not: it draws in every run."""
    path = folder / "description.json"
    path.write_bytes(msgspec.json.encode(description.document))
    with served() as (url, server):
        wanted = ["--phases", "fuzzing", "--checks", "not_a_server_error", "--max-examples", str(examples)]
        command = [sys.executable, "-m", "schemathesis.cli", "run", str(path), "--url", url, *wanted]
        client_s, printed = command_s(
            [*command, "--seed", str(SEED), "--no-color", "-H", "Authorization: Bearer token-full"], folder
        )
        server_s = processor_s(server)
    made, took = _GENERATED.search(printed), _ENDED.search(printed)
    if made is None or took is None:
        sys.exit(f"schemathesis says something else than it did: {printed[-500:]}")
    return Rate(int(made[1]), float(took[1]), client_s, server_s)


def main() -> None:
    examples = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    description = load_description()
    validators, opinion = SchemaValidators(description), SecondOpinion(description)
    began = time.perf_counter()
    cases = sum(len(compile_cases(each, validators, opinion, seed=SEED)) for each in description.model.operations)
    print(f"{cases} cases, at hand in {time.perf_counter() - began:.1f} s")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with served() as (url, server):
            recorded = ours(folder / "served-1", 1, url, server)
        told("the built-in server", recorded, twice(folder))
        replays = []
        for workers in (1, 2):
            with replayed(folder / "served-1" / "events.jsonl", url) as (again, trivial):
                replays.append(ours(folder / f"replayed-{workers}", workers, again, trivial))
        told("a trivial server", *replays)
        peer = theirs(folder, description, examples)
    print(f"schemathesis, one worker: {peer}")
    print(f"ratio to schemathesis: {recorded.each_second / peer.each_second:.1f}")


def twice(folder: Path) -> Rate:
    """The run with two workers, on a server of its own: writes change one."""
    with served() as (url, server):
        return ours(folder / "served-2", 2, url, server)


def told(what: str, one: Rate, two: Rate) -> None:
    """Print how two workers do beside one."""
    print(f"{what}, one worker: {one}\n{what}, two workers: {two}")
    print(f"ratio of two workers to one: {two.each_second / one.each_second:.2f}")


if __name__ == "__main__":
    main()
