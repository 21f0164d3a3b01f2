"""A connection of its own for one request, where it matters when each byte is sent.

This uses sockets, because httpx reads no response before it has sent the whole body.
"""

import http.client
import io
import selectors
import socket
import ssl
import time
from types import TracebackType
from typing import Any, Self

import msgspec

from conformance.model import Headers, Response

_MAX_RESPONSE_BYTES = 65_536
_MOST_AT_ONCE = 65_536


class Address(msgspec.Struct, frozen=True):
    """The address of a request: host, port, request target, and whether TLS is used."""

    host: str
    port: int
    target: str
    is_secure: bool


class RawConnection:
    """One connection to an address, open while its context lasts.

    Raises OSError where it cannot be opened, or breaks.
    """

    def __init__(self, address: Address, timeout_s: float) -> None:
        self._address, self._timeout_s = address, timeout_s
        self._started = time.perf_counter()
        self._received, self._has_ended = bytearray(), False
        plain = socket.create_connection((address.host, address.port), timeout_s)
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket = (
            ssl.create_default_context().wrap_socket(plain, server_hostname=address.host)
            if address.is_secure
            else plain
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, at: TracebackType | None) -> None:
        self._socket.close()

    def send_head(self, headers: Headers) -> None:
        """Send the request line of a POST and its headers, with `Host` and `Connection: close`."""
        address = self._address
        default_port = 443 if address.is_secure else 80
        host = address.host if ":" not in address.host else f"[{address.host}]"
        lines = [
            f"POST {address.target} HTTP/1.1",
            f"Host: {host}" + ("" if address.port == default_port else f":{address.port}"),
            *(f"{name}: {value}" for name, value in headers),
            "Connection: close",
        ]
        self.send_bytes("\r\n".join((*lines, "", "")).encode("latin-1"))

    def send_bytes(self, content: bytes) -> bool:
        """Send bytes of the body; stop and return False once a response has begun, also in the middle."""
        view = memoryview(content)
        while view:
            ready = self._wait_until_ready(selectors.EVENT_READ | selectors.EVENT_WRITE, self._remaining_s)
            if not ready:
                raise TimeoutError(f"the receiver took no more bytes within {self._timeout_s:g} s")
            if ready & selectors.EVENT_READ and self.has_response():
                return False
            if ready & selectors.EVENT_WRITE:
                view = view[self._send_some(view) :]
        return True

    def has_response(self) -> bool:
        """Return whether a response, or the end of the connection, has arrived."""
        if not self._received and not self._has_ended and self._wait_until_ready(selectors.EVENT_READ, 0):
            self._receive_some()
        return bool(self._received) or self._has_ended

    def read_response(self) -> Response:
        """Read the response, at most 64 KB of its body; raises http.client.HTTPException where it is no HTTP."""
        self._socket.settimeout(max(self._remaining_s, 0.1))
        response = http.client.HTTPResponse(_Received(self._socket, bytes(self._received)), method="POST")  # type: ignore[arg-type]
        response.begin()
        body = response.read(_MAX_RESPONSE_BYTES)
        return Response(response.status, tuple(response.getheaders()), body, time.perf_counter() - self._started)

    @property
    def _remaining_s(self) -> float:
        """Return the seconds until the time limit, at least 0."""
        return max(self._timeout_s - (time.perf_counter() - self._started), 0.0)

    def _wait_until_ready(self, events: int, timeout_s: float) -> int:
        """Wait until the socket is ready for one of the events, and return those it is ready for, 0 if none in time.

        This is no `select.select`, which refuses every descriptor above 1,023.
        """
        with selectors.DefaultSelector() as selector:
            selector.register(self._socket, events)
            return next((ready for _, ready in selector.select(timeout_s)), 0)

    def _send_some(self, view: memoryview) -> int:
        """Send what can be sent at once, and return its size."""
        self._socket.settimeout(0)
        try:
            return self._socket.send(view[:_MOST_AT_ONCE])
        except (BlockingIOError, ssl.SSLWantWriteError, ssl.SSLWantReadError):
            return 0

    def _receive_some(self) -> None:
        """Receive what has arrived: over TLS that may be a session ticket, which is no response."""
        self._socket.settimeout(0)
        try:
            content = self._socket.recv(_MAX_RESPONSE_BYTES)
        except (BlockingIOError, ssl.SSLWantReadError):
            return
        self._received += content
        self._has_ended = not content


class _Received:
    """The received bytes and the rest of the connection, as `http.client.HTTPResponse` reads them."""

    def __init__(self, connection: socket.socket, received: bytes) -> None:
        self._connection, self._received = connection, received

    def makefile(self, _mode: str) -> io.BufferedReader:
        """Return the bytes as a file."""
        return io.BufferedReader(_ReceivedFile(self._connection, self._received))


class _ReceivedFile(io.RawIOBase):
    def __init__(self, connection: socket.socket, received: bytes) -> None:
        self._connection, self._received = connection, received

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        view = memoryview(buffer)
        if not self._received:
            return self._connection.recv_into(view)
        part, self._received = self._received[: len(view)], self._received[len(view) :]
        view[: len(part)] = part
        return len(part)
