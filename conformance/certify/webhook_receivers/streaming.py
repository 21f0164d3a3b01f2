"""An endless body, sent in chunks until an answer comes.

By the standard library: httpx reads nothing before a body is sent whole, and how early the answer comes is the point.
"""

import http.client
import select
import time

import msgspec

from conformance.model import Headers, Response

_CHUNK = b"%x\r\n" % 65_536 + b"x" * 65_536 + b"\r\n"
_TAKEN = 65_536
_KEPT = 65_536  # bytes of an answer that are read


class Streamed(msgspec.Struct, frozen=True):
    """What came of it: the bytes taken before the answer, and the answer or why there is none."""

    taken: int
    response: Response | None = None
    failure: str = ""


def stream(  # noqa: PLR0913 - where to, what, and the bounds
    host: str, port: int, target: str, headers: Headers, *, secure: bool, size: int, seconds: float
) -> Streamed:
    """Send up to so many bytes, for so long at most; ends at the first byte of an answer."""
    kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
    connection, taken, began = kind(host, port, timeout=seconds), 0, time.perf_counter()
    try:
        connection.putrequest("POST", target)
        for name, value in (*headers, ("Transfer-Encoding", "chunked")):
            connection.putheader(name, value)
        connection.endheaders()
        while taken < size and time.perf_counter() - began < seconds and not _answering(connection):
            connection.send(_CHUNK)
            taken += _TAKEN
        if taken >= size:
            connection.send(b"0\r\n\r\n")
        answer = connection.getresponse()
        body = answer.read(_KEPT)
    except (OSError, http.client.HTTPException) as fault:
        return Streamed(taken, failure=f"the connection ended after {taken:,} bytes: {fault!r}")
    finally:
        connection.close()
    return Streamed(taken, Response(answer.status, tuple(answer.getheaders()), body, time.perf_counter() - began))


def _answering(connection: http.client.HTTPConnection) -> bool:
    return bool(select.select([connection.sock], [], [], 0)[0])
