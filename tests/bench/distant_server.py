"""The built-in server as if it stood far away: slow, with few requests at a time, or one that stalls now and then.

`python -m tests.bench.distant_server --latency-ms 100` prints `ready URL` and serves until it is ended. With `--most N`
it refuses further requests at a time with `--refusal` (503 or 429); with `--stall-every N` one request in N is not
answered for 30 s.
"""

import argparse
import asyncio
from datetime import UTC, datetime
from itertools import count

import uvicorn

from conformance.mock_server.app import Application, Receive, Scope, Send
from conformance.mock_server.assembly import ServerSettings, assemble_server
from conformance.mock_server.launcher import READY_PREFIX

_STALL_S = 30.0


class DistantServer:
    """An ASGI application in front of another one."""

    def __init__(self, application: Application, options: argparse.Namespace) -> None:
        self._application, self._options = application, options
        self._numbers, self._at_a_time = count(1), 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request after the latency, refuse it, or stall."""
        options = self._options
        if options.most and self._at_a_time >= options.most:
            await _refuse(send, options.refusal)
            return
        self._at_a_time += 1
        try:
            stalls = options.stall_every and next(self._numbers) % options.stall_every == 0
            await asyncio.sleep(_STALL_S if stalls else options.latency_ms / 1000)
            await self._application(scope, receive, send)
        finally:
            self._at_a_time -= 1


async def _refuse(send: Send, status: int) -> None:
    await send({"type": "http.response.start", "status": status, "headers": [(b"content-length", b"0")]})
    await send({"type": "http.response.body", "body": b""})


class _AnnouncingServer(uvicorn.Server):
    async def startup(self, sockets: list[object] | None = None) -> None:  # type: ignore[override]
        await super().startup(sockets)  # type: ignore[arg-type]
        port = self.servers[0].sockets[0].getsockname()[1]
        print(f"{READY_PREFIX}http://127.0.0.1:{port}/v2", flush=True)


def main() -> None:
    """Serve as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--latency-ms", type=float, default=0.0)
    parser.add_argument("--most", type=int, default=0, help="requests at a time (default: any number)")
    parser.add_argument("--refusal", type=int, choices=(429, 503), default=503)
    parser.add_argument("--stall-every", type=int, default=0)
    parser.add_argument("--port", type=int, default=0)
    options = parser.parse_args()
    now = int(datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0).timestamp() * 1_000_000)
    server = DistantServer(assemble_server(ServerSettings(now=now)), options)
    config = uvicorn.Config(
        server, port=options.port, log_level="critical", access_log=False, lifespan="off", server_header=False,
        timeout_keep_alive=75,
    )  # fmt: skip
    _AnnouncingServer(config).run()


if __name__ == "__main__":
    main()
