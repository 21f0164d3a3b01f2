"""Connections with a deadline for the whole exchange: httpx only limits the time between two bytes.

A server that sends a byte of its headers now and then would otherwise hold a request for days.
"""

import ssl
from collections.abc import Iterable
from threading import local
from typing import Any

import httpcore

from conformance.network.body_reader import Deadline

_SHORTEST_S = 0.001  # 0 would make a socket non-blocking


class ExchangeClock(local):
    """The deadline of the exchange that a thread has under way, None where it has none."""

    deadline: Deadline | None = None

    def limit(self, timeout: float | None) -> float | None:
        """Return a timeout in seconds that does not go beyond the deadline."""
        if self.deadline is None:
            return timeout
        left_s = max(self.deadline.left_s, _SHORTEST_S)
        return left_s if timeout is None else min(timeout, left_s)


class TimedStream(httpcore.NetworkStream):
    """A connection, or TLS on one, that stops waiting at the deadline."""

    def __init__(self, stream: httpcore.NetworkStream, clock: ExchangeClock) -> None:
        self._stream, self._clock = stream, clock

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Read what has arrived; raises httpcore.ReadTimeout."""
        deadline = self._clock.deadline
        try:
            if deadline is None or deadline.left_s > 0:
                return self._stream.read(max_bytes, self._clock.limit(timeout))
        except httpcore.ReadTimeout:
            if deadline is None or deadline.left_s > 0:
                raise
        raise httpcore.ReadTimeout(deadline.overrun)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Write all bytes; raises httpcore.WriteTimeout."""
        self._stream.write(buffer, self._clock.limit(timeout))

    def close(self) -> None:
        """Close the connection."""
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        """Return TLS on this connection; raises httpcore.ConnectTimeout."""
        inner = self._stream.start_tls(ssl_context, server_hostname, self._clock.limit(timeout))
        return TimedStream(inner, self._clock)

    def get_extra_info(self, info: str) -> Any:
        """Return what the connection knows, by name."""
        return self._stream.get_extra_info(info)


class TimedBackend(httpcore.SyncBackend):
    """Opens connections with a deadline."""

    def __init__(self, clock: ExchangeClock) -> None:
        self._clock = clock

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to an address; raises httpcore.ConnectTimeout and httpcore.ConnectError."""
        stream = super().connect_tcp(host, port, self._clock.limit(timeout), local_address, socket_options)
        return TimedStream(stream, self._clock)
