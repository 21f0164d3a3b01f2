"""An ASGI application served on loopback by a thread of this process, for as long as a context lasts."""

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from conformance.errors import UsageError

_STARTING_S = 10.0
_KEPT_OPEN_S = 75  # longer than a peer waits between two requests, so that none meets a closing connection


@contextmanager
def serving(
    app: Any,
    port: int = 0,
    *,
    tls: ssl.SSLContext | None = None,
    protocol: type[H11Protocol] | Literal["auto"] = "auto",
) -> Iterator[str]:
    """The origin `http://127.0.0.1:PORT` of the served application, https with `tls`; port 0 takes a free one.

    Raises UsageError where the port is taken.
    """
    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind(("127.0.0.1", port))
    except OSError as fault:
        listening.close()
        raise UsageError(f"port {port} cannot be listened on: {fault.strerror}", hint="Name another --port.") from fault
    config = uvicorn.Config(
        app, log_level="critical", access_log=False, lifespan="off", timeout_graceful_shutdown=1,
        http=protocol, timeout_keep_alive=_KEPT_OPEN_S,
    )  # fmt: skip
    config.load()
    config.ssl = tls
    server = uvicorn.Server(config)
    listening.listen(2048)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    try:
        yield f"{'https' if tls else 'http'}://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(_STARTING_S)
        listening.close()
