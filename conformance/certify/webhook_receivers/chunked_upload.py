"""A very long body, sent in chunks until a response arrives.

This uses the standard library, because httpx reads no response before it has sent the whole body.
"""

import http.client
import select
import time

import msgspec

from conformance.model import Headers, Response

_CHUNK = b"%x\r\n" % 65_536 + b"x" * 65_536 + b"\r\n"
_CHUNK_BYTES = 65_536
_MAX_RESPONSE_BYTES = 65_536


class Upload(msgspec.Struct, frozen=True):
    """The result of an upload: the bytes accepted before the response, and the response or the failure."""

    accepted_bytes: int
    response: Response | None = None
    failure: str = ""


def upload_chunks(  # noqa: PLR0913 - where to, what, and the bounds
    host: str, port: int, target: str, headers: Headers, *, is_secure: bool, size: int, seconds: float
) -> Upload:
    """Send up to `size` bytes for at most `seconds`; stop at the first byte of a response."""
    connection_class = http.client.HTTPSConnection if is_secure else http.client.HTTPConnection
    connection, taken, started_at = connection_class(host, port, timeout=seconds), 0, time.perf_counter()
    try:
        connection.putrequest("POST", target)
        for name, value in (*headers, ("Transfer-Encoding", "chunked")):
            connection.putheader(name, value)
        connection.endheaders()
        while taken < size and time.perf_counter() - started_at < seconds and not _has_response(connection):
            connection.send(_CHUNK)
            taken += _CHUNK_BYTES
        if taken >= size:
            connection.send(b"0\r\n\r\n")
        response = connection.getresponse()
        body = response.read(_MAX_RESPONSE_BYTES)
    except (OSError, http.client.HTTPException) as error:
        return Upload(taken, failure=f"the connection ended after {taken:,} bytes: {error!r}")
    finally:
        connection.close()
    return Upload(
        taken, Response(response.status, tuple(response.getheaders()), body, time.perf_counter() - started_at)
    )


def _has_response(connection: http.client.HTTPConnection) -> bool:
    """Return whether the first byte of a response has arrived."""
    return bool(select.select([connection.sock], [], [], 0)[0])
