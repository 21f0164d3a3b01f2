"""An ASGI application served on loopback by a thread of this process, as long as a context lasts."""

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from conformance.errors import UsageError

_SHUTDOWN_S = 10.0
_KEEP_ALIVE_S = 75  # longer than a peer waits between two requests, so that no request meets a closing connection


@contextmanager
def serve_on_loopback(
    app: Any,
    port: int = 0,
    *,
    tls: ssl.SSLContext | None = None,
    protocol: type[H11Protocol] | Literal["auto"] = "auto",
    host: str = "127.0.0.1",
) -> Iterator[str]:
    """Serve an application, and yield its origin `http://127.0.0.1:PORT`, https with `tls`.

    Port 0 takes a free port. Raises UsageError if the port is in use.
    """
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise UsageError(f"cannot listen on port {port}: {error.strerror}", hint="Name another --port") from error
    config = uvicorn.Config(
        app, log_config=None, log_level="critical", access_log=False, lifespan="off", timeout_graceful_shutdown=1,
        http=protocol, timeout_keep_alive=_KEEP_ALIVE_S,
    )  # fmt: skip
    config.load()
    config.ssl = tls
    server = uvicorn.Server(config)
    listener.listen(2048)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        yield f"{'https' if tls else 'http'}://{host}:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(_SHUTDOWN_S)
        listener.close()
