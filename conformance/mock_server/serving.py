"""Runs a server: here and now, or in a process of its own."""

import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import uvicorn

from conformance.errors import TargetError
from conformance.mock_server.assembly import RATE_LIMIT, Settings, assemble
from conformance.mock_server.identities import BY_NAME, Identity

_READY = "ready "


class _Announcing(uvicorn.Server):
    """Says where it listens once it does."""

    base_path = ""

    async def startup(self, sockets: list[object] | None = None) -> None:  # type: ignore[override]
        await super().startup(sockets)  # type: ignore[arg-type]
        port = self.servers[0].sockets[0].getsockname()[1]
        sys.stdout.write(f"{_READY}http://127.0.0.1:{port}{self.base_path}\n")
        sys.stdout.flush()


def serve(settings: Settings, port: int = 0) -> None:
    """Serve on loopback until the process is ended; prints `ready URL` when it accepts connections."""
    server = assemble(settings)
    config = uvicorn.Config(
        server, host="127.0.0.1", port=port, log_level="critical", access_log=False, lifespan="off",
        server_header=False, timeout_keep_alive=75, timeout_graceful_shutdown=1,
    )  # fmt: skip
    announcing = _Announcing(config)
    announcing.base_path = server.description.model.base_path
    announcing.run()


@dataclass(frozen=True, slots=True)
class Running:
    """A server in a process of its own. URLs carry no last slash, but `token_url`."""

    base_url: str
    token_url: str
    control_url: str
    credentials: Mapping[str, Identity]


@contextmanager
def running(
    description: Path | None = None,
    *,
    seed: int = 1,
    faults: Sequence[str] = (),
    rate_limit: int = RATE_LIMIT,
    now: str = "",
) -> Iterator[Running]:
    """A server in a process of its own, up inside the context. Raises TargetError where it does not start."""
    command = [sys.executable, "-m", "conformance.mock_server", "--seed", str(seed), "--rate-limit", str(rate_limit)]
    command += ["--description", str(description)] if description else []
    command += ["--now", now] if now else []
    command += [part for name in faults for part in ("--fault", name)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)  # noqa: S603
    try:
        line = process.stdout.readline() if process.stdout else ""
        if not line.startswith(_READY):
            told = process.communicate(timeout=10)[1].strip()
            raise TargetError("The reference server did not start.", hint=told or "Run `evconform serve` to see why.")
        base_url = line.removeprefix(_READY).strip()
        origin = "/".join(base_url.split("/")[:3])
        yield Running(base_url, f"{origin}/o/token/", f"{origin}/_control", BY_NAME)
    finally:
        process.terminate()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        for stream in (process.stdout, process.stderr):
            if stream:
                stream.close()
