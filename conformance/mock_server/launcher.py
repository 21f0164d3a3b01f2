"""A launcher of servers in separate processes. It does not import the server itself."""

import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from conformance.errors import TargetError
from conformance.mock_server.rate_limit import DEFAULT_RATE_LIMIT
from conformance.tools.import_path import SAFE, build_child_environment

READY_PREFIX = "ready "
"""The word that a server prints before its address, once it accepts connections."""


@dataclass(frozen=True, slots=True)
class RunningServer:
    """A server in a process of its own. No URL ends with a slash, except `token_url`."""

    base_url: str
    token_url: str
    control_url: str


@contextmanager
def run_server(  # noqa: PLR0913
    description: Path | None = None,
    *,
    seed: int = 1,
    faults: Sequence[str] = (),
    readings: Sequence[str] = (),
    rate_limit: int = DEFAULT_RATE_LIMIT,
    now: str = "",
) -> Iterator[RunningServer]:
    """Run a server in a process of its own inside the context.

    Raises: TargetError where it does not start.
    """
    with start_server(
        description, seed=seed, faults=faults, readings=readings, rate_limit=rate_limit, now=now
    ) as ready:
        yield ready()


@contextmanager
def start_server(  # noqa: PLR0913
    description: Path | None = None,
    *,
    seed: int = 1,
    faults: Sequence[str] = (),
    readings: Sequence[str] = (),
    rate_limit: int = DEFAULT_RATE_LIMIT,
    now: str = "",
    overlays: Sequence[Path] = (),
) -> Iterator[Callable[[], RunningServer]]:
    """Start a server in a process of its own, and yield a function that waits until it is ready.

    There is time for other work until that function is called; it may raise TargetError.
    """
    command = [
        sys.executable,
        SAFE,
        "-m",
        "conformance.mock_server",
        "--until-input-ends",
        "--seed",
        str(seed),
        "--rate-limit",
        str(rate_limit),
    ]
    command += ["--description", str(description)] if description else []
    command += [part for file in overlays for part in ("--overlay", str(file))]
    command += ["--now", now] if now else []
    command += [part for name in faults for part in ("--fault", name)]
    command += [part for name in readings for part in ("--reading", name)]
    process = subprocess.Popen(  # noqa: S603
        command, env=build_child_environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True,
    )  # fmt: skip
    try:
        yield lambda: _wait_until_ready(process)
    finally:
        _stop(process)


def _wait_until_ready(process: subprocess.Popen[str]) -> RunningServer:
    line = process.stdout.readline() if process.stdout else ""
    if not line.startswith(READY_PREFIX):
        message = process.communicate(timeout=10)[1].strip()
        raise TargetError("The built-in server did not start", hint=message or "Run `evconform serve` to see why")
    base_url = line.removeprefix(READY_PREFIX).strip()
    origin = "/".join(base_url.split("/")[:3])
    return RunningServer(base_url, f"{origin}/o/token/", f"{origin}/_control")


def _stop(process: subprocess.Popen[str]) -> None:
    process.terminate()
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    for stream in (process.stdin, process.stdout, process.stderr):
        if stream:
            stream.close()
