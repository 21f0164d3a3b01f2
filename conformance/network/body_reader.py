"""Reading the body of a response within bounds of size and time, whatever its encoding claims.

A few kilobytes of gzip can stand for gigabytes, and one encoding may be wrapped in another. What is decoded is
therefore produced piece by piece, and nothing more is read once the limit is reached.
"""

import time
import zlib
from collections.abc import Iterable, Iterator

import httpx

_PIECE_BYTES = 64 * 1024
_SLICE_BYTES = 4096  # that are decoded at once: the end of each member of gzip copies the rest of them
_MAX_LAYERS = 4  # of encodings around each other
_GZIP_BEGIN = b"\x1f\x8b"  # RFC 1952, section 2.3.1
_WINDOWS = {"gzip": zlib.MAX_WBITS | 16, "x-gzip": zlib.MAX_WBITS | 16, "deflate": zlib.MAX_WBITS}


class Deadline:
    """The moment by which a response has to be complete."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds
        self.overrun = f"the response did not end within {seconds:g} s"

    @property
    def left_s(self) -> float:
        """Return the seconds that are left, negative when it has passed."""
        return self._end - time.monotonic()

    def check(self) -> None:
        """Raise httpx.ReadTimeout when it has passed."""
        if self.left_s < 0:
            raise httpx.ReadTimeout(self.overrun)


def read_body(pieces: Iterable[bytes], encoding: str, limit: int, deadline: Deadline) -> tuple[bytes, bool]:
    """Return the decoded body of a response, and whether it was cut because it has more than `limit` bytes.

    `encoding` is the value of its Content-Encoding, empty without one.
    A body in an encoding that was not requested is returned as received. Raises httpx.ReadTimeout at the deadline, and
    httpx.DecodingError where the body is not encoded as Content-Encoding says, or ends early.
    """
    pieces = _watch(pieces, deadline)
    names = [name.strip().lower() for name in encoding.split(",")]
    layers = [name for name in reversed(names) if name not in {"", "identity"}]
    if len(layers) <= _MAX_LAYERS and all(name in _WINDOWS for name in layers):
        for name in layers:
            pieces = _watch(_decode(pieces, name), deadline)
    chunks: list[bytes] = []
    size = 0
    for piece in pieces:
        chunks.append(piece)
        size += len(piece)
        if size > limit:
            return b"".join(chunks)[:limit], True
    return b"".join(chunks), False


def _watch(pieces: Iterable[bytes], deadline: Deadline) -> Iterator[bytes]:
    for piece in pieces:
        deadline.check()
        yield piece


def _decode(pieces: Iterable[bytes], name: str) -> Iterator[bytes]:
    """Yield the decoded content of a body, in small pieces (RFC 9110, section 8.4.1).

    A body in gzip may have several members (RFC 1952, section 2.2). Whatever else follows the end is ignored.
    """
    decoder = zlib.decompressobj(_WINDOWS[name])
    is_begun = False
    try:
        for part in (piece[at : at + _SLICE_BYTES] for piece in pieces for at in range(0, len(piece), _SLICE_BYTES)):
            rest = part
            if not is_begun and name == "deflate" and not _has_zlib_header(rest):
                decoder = zlib.decompressobj(-zlib.MAX_WBITS)  # as many servers send it
            is_begun = True
            while rest:
                if decoder.eof:
                    if name == "deflate" or not _GZIP_BEGIN.startswith(rest[:2]):
                        return
                    decoder = zlib.decompressobj(_WINDOWS[name])
                plain = decoder.decompress(rest, _PIECE_BYTES)
                yield plain
                while not decoder.eof and (decoder.unconsumed_tail or len(plain) == _PIECE_BYTES):
                    plain = decoder.decompress(decoder.unconsumed_tail, _PIECE_BYTES)
                    yield plain
                rest = decoder.unused_data
    except zlib.error as error:
        raise httpx.DecodingError(str(error)) from error
    if is_begun and not decoder.eof:
        raise httpx.DecodingError("the encoded body ends early")


def _has_zlib_header(piece: bytes) -> bool:
    """Return whether a body begins as RFC 1950, section 2.2, says; a first piece of one byte is judged by that one."""
    is_whole = len(piece) < 2 or int.from_bytes(piece[:2], "big") % 31 == 0
    return bool(piece) and piece[0] & 0x0F == 8 and is_whole
