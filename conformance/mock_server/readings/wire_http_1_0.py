"""The server speaks HTTP/1.0 and closes each connection."""

import asyncio
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

from conformance.mock_server.admissible_readings import AdmissibleReading, read_by_wrapper
from conformance.mock_server.reading_tools.response_wrappers import BufferedResponse, rewrite_responses


class _OldTransport:
    """A transport that writes the status line of HTTP/1.0."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport

    def write(self, data: bytes) -> None:
        old = b"HTTP/1.0 " + data[9:] if data.startswith(b"HTTP/1.1 ") else data
        self._transport.write(old)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)


class _OldProtocol(H11Protocol):
    """The protocol of uvicorn over such a transport."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(_OldTransport(transport))  # type: ignore[arg-type]


def _close_connection(response: BufferedResponse) -> None:
    response.set_header(b"connection", b"close")


READING = AdmissibleReading(
    "transport",
    "RFC 9110, section 6.2: a server may send a lower version; nothing in the description asks for HTTP/1.1",
    read_by_wrapper(rewrite_responses(_close_connection), http=_OldProtocol),
    slots=("protocol", "connection", "framing"),
)
