"""Content codings of responses (RFC 9110, section 8.4.1), without a library for each: br and zstd only store. Pure."""

import gzip
import zlib

_BROTLI_BLOCK = 1 << 16  # bytes; a longer one has a longer header
_ZSTD_BLOCK = 1 << 17  # bytes (RFC 8878, section 3.1.1.2.4)
_ZSTD_MAGIC = (0xFD2FB528).to_bytes(4, "little")
_ZSTD_SINGLE_SEGMENT = 0xA0  # the size of the content follows in four bytes (RFC 8878, section 3.1.1.1.1)
CODINGS = ("gzip", "deflate", "br", "zstd")


def encode_body(body: bytes, coding: str) -> bytes:
    """Return a body in one of CODINGS; with an empty coding it stays as it is.

    Raises:
        ValueError: The coding is another one.
    """
    match coding:
        case "":
            return body
        case "gzip":
            return gzip.compress(body, mtime=0)
        case "deflate":
            return zlib.compress(body)
        case "br":
            return _store_in_brotli(body)
        case "zstd":
            return _store_in_zstd(body)
        case _:
            raise ValueError(coding)


def _store_in_brotli(body: bytes) -> bytes:
    """Return a stream of meta-blocks that are not compressed, and an empty last one (RFC 7932, section 9.2)."""
    blocks = [body[start : start + _BROTLI_BLOCK] for start in range(0, len(body), _BROTLI_BLOCK)]
    stream = b""
    for number, block in enumerate(blocks):
        # ISLAST 0, MNIBBLES 0 (for four), MLEN - 1, ISUNCOMPRESSED 1; a window of 16 bits, WBITS 0, begins the stream
        header = (len(block) - 1) << 3 | 1 << 19
        stream += (header << 1 if number == 0 else header).to_bytes(3, "little") + block
    return stream + (b"\x03" if blocks else b"\x06")


def _store_in_zstd(body: bytes) -> bytes:
    """Return a frame of raw blocks (RFC 8878, section 3.1.1)."""
    starts = range(0, max(len(body), 1), _ZSTD_BLOCK)
    stream = _ZSTD_MAGIC + bytes([_ZSTD_SINGLE_SEGMENT]) + len(body).to_bytes(4, "little")
    for start in starts:
        block = body[start : start + _ZSTD_BLOCK]
        is_last = start == starts[-1]
        stream += (len(block) << 3 | is_last).to_bytes(3, "little") + block
    return stream
