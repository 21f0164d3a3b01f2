"""An ASGI application served on loopback by a thread of this process, for as long as a context lasts."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn

from conformance.errors import UsageError

_STARTING_S = 10.0


@contextmanager
def serving(app: Any, port: int = 0) -> Iterator[str]:
    """The origin `http://127.0.0.1:PORT` of the served application; port 0 takes a free one.

    Raises UsageError where the port is taken.
    """
    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind(("127.0.0.1", port))
    except OSError as fault:
        listening.close()
        raise UsageError(f"port {port} cannot be listened on: {fault.strerror}", hint="Name another --port.") from fault
    server = uvicorn.Server(
        uvicorn.Config(app, log_level="critical", access_log=False, lifespan="off", timeout_graceful_shutdown=1)
    )
    listening.listen(2048)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(_STARTING_S)
        listening.close()
