"""The built-in server inside this process, run by uvicorn."""

import socket
import sys
from typing import Any

import uvicorn

from conformance.errors import UsageError
from conformance.mock_server.assembly import ServerSettings, assemble_server
from conformance.mock_server.launcher import READY_PREFIX

LOOPBACK = "127.0.0.1"
_EVERY_ADDRESS = ("0.0.0.0", "::")  # noqa: S104 - compared with, not listened on


class _AnnouncingServer(uvicorn.Server):
    """A uvicorn server that prints its address once it accepts connections."""

    base_path = ""
    host = LOOPBACK

    async def startup(self, sockets: list[object] | None = None) -> None:  # type: ignore[override]
        await super().startup(sockets)  # type: ignore[arg-type]
        port = self.servers[0].sockets[0].getsockname()[1]
        sys.stdout.write(f"{READY_PREFIX}http://{self.host}:{port}{self.base_path}\n")
        sys.stdout.flush()


def serve_until_ended(settings: ServerSettings, port: int = 0, host: str = LOOPBACK) -> None:
    """Serve on an address until the process is ended; print `ready URL` when connections are accepted.

    Raises UsageError if nothing can listen on the address.
    """
    _check_address(host, port)
    server = assemble_server(settings)
    options: dict[str, Any] = {
        "log_level": "critical", "access_log": False, "lifespan": "off", "server_header": False,
        "timeout_keep_alive": 75, "timeout_graceful_shutdown": 1, **server.readings.uvicorn_options,
    }  # fmt: skip
    config = uvicorn.Config(server, host=host, port=port, **options)
    announcing = _AnnouncingServer(config)
    announcing.base_path = server.readings.root_path + server.description.model.base_path
    announcing.host = host if host not in _EVERY_ADDRESS else LOOPBACK
    announcing.run()


def _check_address(host: str, port: int) -> None:
    """Raise UsageError if nothing can listen on an address; uvicorn would end the process without a word."""
    try:
        socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET).close()
    except OSError as error:
        raise UsageError(
            f"nothing can listen on {host}, port {port}: {error.strerror}", hint="Choose another --port, or 0 for any"
        ) from error
