"""Lines of a run log as events (see `stored_lines`)."""

import zlib
from collections.abc import Callable, Iterator

import msgspec

from conformance.model.event import Event, Exchanged, Observed
from conformance.model.exchange import Exchange
from conformance.run_log.item_names import ItemNames
from conformance.run_log.recent_bytes import RecentBytes
from conformance.run_log.shared_values import SharedValues
from conformance.run_log.stored_lines import WINDOW_BYTES, Blob, Packed, StoredExchange, StoredLine, place_event

_MAX_UNPACKED = 1 << 28  # bytes of a line, so that a forged one cannot fill the memory
_RECENT_BYTES = 16 << 20  # of blobs that a decoder keeps: bases, and bodies that several exchanges have


class LineDecoder:
    """Turns the lines of one file into events.

    Equal parts of them are one object, so that they take memory once. Of blobs it keeps the place, and the bytes of
    those that were needed last: `read_line` returns the line of the file that begins at an offset.
    """

    def __init__(self, read_line: Callable[[int], bytes]) -> None:
        self._line: msgspec.json.Decoder[StoredLine] = msgspec.json.Decoder(StoredLine)
        self._read_line = read_line
        self._shared = SharedValues()
        self._names = ItemNames()
        self._offsets: dict[str, int] = {}  # of blobs, by digest
        self._recent = RecentBytes(_RECENT_BYTES)

    def decode(self, line: bytes, offset: int) -> Iterator[Event]:
        """Yield the events of a line that begins at an offset of the file.

        Raises MsgspecError, UnicodeDecodeError or ValueError where it has none.
        """
        stored = self._line.decode(line)
        if isinstance(stored, Blob):
            self._offsets.setdefault(stored.digest, offset)  # merged logs may hold it twice
        elif isinstance(stored, Packed):
            name = self._names.restore(stored.item, stored.again)
            window = self._read_window(stored.base) + name.encode()
            item = self._shared.share_text(name)
            for text in _inflate(stored.data, window).split(b"\n"):
                yield self._restore(self._line.decode(text), item)
        else:
            yield self._restore(stored)

    def _restore(self, stored: StoredLine, item: str | None = None) -> Event:
        """Return the event of a line, or of a part of packed events, which holds no lines of other kinds.

        `item` is that of packed events, None for an event that names its own.
        """
        if isinstance(stored, (Blob, Packed)):  # `Blob | Packed` is made anew at each use
            raise ValueError("packed events hold other lines than events")  # noqa: TRY004 - data, not a type of ours
        if isinstance(stored, StoredExchange):
            return Exchanged(self._restore_bodies(stored), self._choose_item(stored.item, item))
        if isinstance(stored, Observed):
            return Observed(self._shared.share_outcome(stored.outcome), self._choose_item(stored.item, item))
        return stored if item is None else place_event(stored, item)

    def _choose_item(self, own: str, packed: str | None) -> str:
        return self._shared.share_text(own) if packed is None else packed

    def _restore_bodies(self, stored: StoredExchange) -> Exchange:
        request_body, response_body = (
            self._read_blob(digest) if digest else b"" for digest in (stored.request_body, stored.response_body)
        )
        return self._shared.share_exchange(stored.exchange, request_body, response_body)

    def _read_window(self, base: str) -> bytes:
        return b"".join(map(self._read_blob, base.split()))[-WINDOW_BYTES:]

    def _read_blob(self, digest: str) -> bytes:
        """Return the bytes of a blob; its bases stand before it, so that a forged log cannot lead in a circle."""
        data = self._recent.find(digest)
        if data is None:
            blob = self._find_blob(digest)
            for base in blob.base.split():
                if self._offsets.get(base, -1) >= self._offsets[digest]:
                    raise ValueError(f"the base {base} of blob {digest} does not stand before it")
            data = _inflate(blob.data, self._read_window(blob.base))
            self._recent.add(digest, data)
        return data

    def _find_blob(self, digest: str) -> Blob:
        offset = self._offsets.get(digest)
        if offset is None:
            raise ValueError(f"no blob {digest} stands before it")
        blob = self._line.decode(self._read_line(offset))
        if not isinstance(blob, Blob):  # somebody else writes to the file
            raise ValueError(f"the line of blob {digest} has changed")  # noqa: TRY004 - data, not a type of ours
        return blob


def _inflate(data: bytes, window: bytes) -> bytes:
    """Return decompressed bytes; raises ValueError where the stream is broken, incomplete or too long."""
    unpacker = zlib.decompressobj(-zlib.MAX_WBITS, window) if window else zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        text = unpacker.decompress(data, _MAX_UNPACKED)
    except zlib.error as error:
        raise ValueError(f"its compressed data is broken: {error}") from error
    if not unpacker.eof:
        raise ValueError("its compressed data is incomplete or too long")
    return text
