"""The wire below a channel: one request as bytes, and its response as it comes in.

`HttpxWire` sends through a transport of httpx: TLS, proxies, and the transports of tests.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple, Protocol

import h11
import httpx

from conformance.model import Headers
from conformance.model.exchange import CHUNKED
from conformance.network.body_reader import Deadline
from conformance.network.timed_backend import ExchangeClock

_BODY_METHODS = frozenset({"POST", "PUT", "PATCH"})
_BODY_LENGTHS = frozenset({b"content-length", b"transfer-encoding"})  # headers that tell where a body ends


class OutgoingRequest(NamedTuple):
    """A request as it is sent on the wire; `target` is empty if it is that of the URL."""

    method: str
    url: httpx.URL
    headers: Sequence[tuple[str, str]]
    body: bytes = b""
    target: bytes = b""


class IncomingResponse(NamedTuple):
    """A response whose body has not been read yet.

    `close` is called in any case, with whether the connection may be used again.
    """

    status: int
    headers: Headers
    pieces: Iterable[bytes]
    close: Callable[[bool], None]

    def join_header(self, name: str) -> str:
        """Return the values of a header, given in lower case, as one (RFC 9110, section 5.3); empty without any."""
        return ", ".join(value for key, value in self.headers if key.lower() == name)


class Wire(Protocol):
    """Connections to one origin."""

    def exchange(self, request: OutgoingRequest, deadline: Deadline) -> IncomingResponse:
        """Send a request and read the head of its response.

        Raises httpx.TransportError: LocalProtocolError where HTTP cannot carry the request, others where no response
        comes back; UnicodeError where a header is not ASCII.
        """

    def close(self) -> None:
        """Close all connections that are not in use."""


class HttpxWire:
    """A transport of httpx. It ends no exchange at a deadline unless its connections watch `clock`."""

    def __init__(
        self, transport: httpx.BaseTransport, clock: ExchangeClock, timeouts: Mapping[str, float | None]
    ) -> None:
        self._transport, self._clock = transport, clock
        self._extensions = {"timeout": dict(timeouts)}

    def exchange(self, request: OutgoingRequest, deadline: Deadline) -> IncomingResponse:
        """Send a request and read the head of its response; see `Wire`."""
        extensions = self._extensions | ({"target": request.target} if request.target else {})
        wire = httpx.Request(
            request.method,
            request.url,
            headers=list(request.headers),
            content=iter(split_body(request)) if is_chunked(request) else request.body or None,
            extensions=extensions,
        )
        self._clock.deadline = deadline
        try:
            answer = self._transport.handle_request(wire)
        except h11.LocalProtocolError as error:  # httpx lets it pass
            self._clock.deadline = None
            raise httpx.LocalProtocolError(str(error)) from error
        except BaseException:
            self._clock.deadline = None
            raise

        def close(is_reusable: bool) -> None:
            self._clock.deadline = None
            answer.close()
            stream = answer.extensions.get("network_stream")
            if not is_reusable and stream is not None:
                stream.close()

        fields = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in answer.headers.raw)
        return IncomingResponse(answer.status_code, fields, answer.stream, close)  # type: ignore[arg-type] # synchronous

    def close(self) -> None:
        """Close all connections."""
        self._transport.close()


def is_chunked(request: OutgoingRequest) -> bool:
    """Return whether the body of a request is sent in chunks (RFC 9112, section 7.1)."""
    return CHUNKED in request.headers


def split_body(request: OutgoingRequest) -> tuple[bytes, ...]:
    """Return the parts in which a body is sent: two chunks, or the whole of it."""
    middle = len(request.body) // 2 if is_chunked(request) else 0
    return tuple(part for part in (request.body[:middle], request.body[middle:]) if part)


@lru_cache(maxsize=1024)  # half of the requests of a run repeat a URL
def parse_url(url: str) -> httpx.URL:
    """Return a URL as httpx reads it; raises httpx.InvalidURL."""
    return httpx.URL(url)


def list_wire_headers(request: OutgoingRequest) -> list[tuple[bytes, bytes]]:
    """Return the headers of a request with those that HTTP/1.1 needs, as httpx adds them; raises UnicodeError."""
    headers = [(name.encode("ascii"), value.encode("ascii")) for name, value in request.headers]
    names = {name.lower() for name, _ in headers}
    if request.body and not names & _BODY_LENGTHS:
        headers.append((b"Content-Length", b"%d" % len(request.body)))
    elif not request.body and request.method in _BODY_METHODS and not names & _BODY_LENGTHS:
        headers.insert(0, (b"Content-Length", b"0"))
    if b"host" not in names:
        headers.insert(0, (b"Host", request.url.netloc))
    return headers
