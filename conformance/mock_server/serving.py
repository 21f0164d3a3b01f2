"""Runs a server here and now."""

import sys

import uvicorn

from conformance.mock_server.assembly import Settings, assemble
from conformance.mock_server.launching import READY


class _Announcing(uvicorn.Server):
    """Says where it listens once it does."""

    base_path = ""

    async def startup(self, sockets: list[object] | None = None) -> None:  # type: ignore[override]
        await super().startup(sockets)  # type: ignore[arg-type]
        port = self.servers[0].sockets[0].getsockname()[1]
        sys.stdout.write(f"{READY}http://127.0.0.1:{port}{self.base_path}\n")
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
