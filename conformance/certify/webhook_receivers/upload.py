"""A long body, sent until a response arrives: with its length, or in chunks."""

import http.client
from collections.abc import Iterator

import msgspec

from conformance.certify.webhook_receivers.raw_connection import Address, RawConnection
from conformance.model import Headers, Response

_PIECE_BYTES = 65_536


class Upload(msgspec.Struct, frozen=True):
    """The result of an upload: the bytes accepted before the response, and the response or the failure."""

    accepted_bytes: int = 0
    response: Response | None = None
    failure: str = ""


def upload_body(  # noqa: PLR0913 - where to, what, and the bounds
    address: Address, headers: Headers, body: bytes, *, size: int, is_chunked: bool, seconds: float
) -> Upload:
    """Send a body, filled up with spaces to `size` bytes, for at most `seconds`; stop where a response begins.

    A receiver that refuses early may close its connection at once: the response is read even if sending fails.
    """
    accepted = 0
    framing = ("Transfer-Encoding", "chunked") if is_chunked else ("Content-Length", str(size))
    try:
        with RawConnection(address, seconds) as connection:
            broken = ""
            try:
                connection.send_head((*headers, framing))
                for piece in _cut_body(body, size):
                    if not connection.send_bytes(_frame(piece) if is_chunked else piece):
                        break
                    accepted += len(piece)
                else:
                    connection.send_bytes(b"0\r\n\r\n" if is_chunked else b"")
            except OSError as error:
                broken = repr(error)
            try:
                return Upload(accepted, connection.read_response())
            except (OSError, http.client.HTTPException) as error:
                cause = broken or repr(error)
                return Upload(accepted, failure=f"the connection ended after {accepted:,} bytes: {cause}")
    except OSError as error:
        return Upload(failure=f"no connection to the target: {error!r}")


def _cut_body(body: bytes, size: int) -> Iterator[bytes]:
    """Yield the pieces of a body, and spaces up to the size."""
    for start in range(0, len(body), _PIECE_BYTES):
        yield body[start : start + _PIECE_BYTES]
    remaining = size - len(body)
    while remaining > 0:
        yield b" " * min(remaining, _PIECE_BYTES)
        remaining -= _PIECE_BYTES


def _frame(piece: bytes) -> bytes:
    """Return a chunk."""
    return b"%x\r\n%b\r\n" % (len(piece), piece)
