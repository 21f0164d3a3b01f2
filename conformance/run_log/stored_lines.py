"""Events as lines of a run log: each body once by digest, long events compressed.

A line is an event as JSON, or one of two others: a blob, which later lines refer to by its digest, and packed events.
Both are raw deflate streams (RFC 1951) in base64. `base` is the digest of the blob whose end is the preset dictionary,
because responses to one operation resemble each other; that of packed events ends with their item. Whatever a line
refers to stands before it in the same file, so that every prefix of whole lines can be read.
"""

import zlib
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from hashlib import sha256
from typing import Any

import msgspec

from conformance.model.event import (
    Announced,
    Catalogued,
    Described,
    Event,
    Exchanged,
    Generated,
    ItemFinished,
    KeywordsListed,
    Noticed,
    Observed,
    Passed,
    Placed,
    Planned,
    RunFinished,
    RunStarted,
    Traced,
)
from conformance.model.exchange import Exchange
from conformance.run_log.recent_bytes import RecentBytes
from conformance.run_log.shared_values import SharedValues

_LONG = 300  # bytes of JSON from which an event is packed
_SHORT_BODY = 40  # bytes up to which a body stands in its event
_WINDOW = 32_768  # bytes that deflate looks back
_MAX_UNPACKED = 1 << 28  # bytes of a line, so that a forged one cannot fill the memory
_MEMORY_LEVEL = 9  # of deflate: the most, 256 KB
_MAX_PACKERS = 8  # compressors that are kept, of 400 KB each
_RECENT_BYTES = 16 << 20  # of blobs that a decoder keeps: bases, and bodies that several exchanges have
_DIGEST_LENGTH = 12  # of those that no other blob of the file shares; logs that are merged hardly ever share one
_PLAIN = (RunStarted, RunFinished)  # which are looked for in the file


class Blob(msgspec.Struct, frozen=True, tag="blob", omit_defaults=True):
    """Bytes that later lines refer to: the body of a request or response, or an event that others resemble."""

    digest: str
    data: bytes
    base: str = ""


class Packed(msgspec.Struct, frozen=True, tag="packed", omit_defaults=True):
    """Events of one item, one JSON line each, compressed. The item stands here alone."""

    data: bytes
    item: str = ""
    base: str = ""


class StoredExchange(msgspec.Struct, frozen=True, tag="exchange", omit_defaults=True):
    """An exchange whose bodies may stand elsewhere: empty in it, and named by the digests of their blobs."""

    exchange: Exchange
    item: str = ""
    request_body: str = ""
    response_body: str = ""


StoredLine = (
    RunStarted
    | Described
    | Placed
    | Catalogued
    | Planned
    | Announced
    | StoredExchange
    | Observed
    | Passed
    | Noticed
    | KeywordsListed
    | Generated
    | Traced
    | ItemFinished
    | RunFinished
    | Blob
    | Packed
)


class LineEncoder:
    """Turns events into the lines of one file."""

    def __init__(self) -> None:
        self._encoder = msgspec.json.Encoder()
        self._digests: dict[int, int] = {}  # of the blobs in the file, short and whole: numbers take half the memory
        self._bases: dict[tuple[str, ...], tuple[str, bytes]] = {}  # by what resembles it, digest and window of a blob
        self._get_packer = lru_cache(maxsize=_MAX_PACKERS)(_create_packer)

    def encode(self, events: Sequence[Event]) -> bytes:
        """Return the lines of some events, which belong to one item; several events share one line."""
        if len(events) == 1 and isinstance(events[0], Exchanged):
            blobs, stored = self._store_bodies(events[0])
            kind = ("exchange", str(events[0].exchange.status), _name_probe(events[0].item))
            return blobs + self._pack(self._encode(stored), events[0].item, kind)
        if len(events) == 1:
            text = self._encode(events[0])
            if len(text) < _LONG or isinstance(events[0], _PLAIN):
                return text + b"\n"
        item = next((name for event in events if (name := getattr(event, "item", ""))), "")  # some kinds have none
        blobs, texts = b"", []
        for event in events:
            if isinstance(event, Exchanged):
                more, stored = self._store_bodies(event)
                blobs += more
                texts.append(self._encode(stored))
            else:
                texts.append(self._encode(_place(event, "")))
        return blobs + self._pack(b"\n".join(texts), item, (_name_probe(item),))

    def _store_bodies(self, event: Exchanged) -> tuple[bytes, StoredExchange]:
        """Return the lines of the bodies that the file does not hold yet, and the exchange that refers to them."""
        exchange, lines = event.exchange, b""
        request, response = exchange.request, exchange.response
        request_body = response_body = ""
        if len(request.body) > _SHORT_BODY:
            request_body, lines = self._store(request.body, (request.operation, "request"))
            request = msgspec.structs.replace(request, body=b"")
        if response is not None and len(response.body) > _SHORT_BODY:
            kind = (request.operation, str(response.status // 100))
            response_body, more = self._store(response.body, kind)
            lines += more
            response = msgspec.structs.replace(response, body=b"")
        if request_body or response_body:
            exchange = msgspec.structs.replace(exchange, request=request, response=response)
        return lines, StoredExchange(exchange, "", request_body, response_body)

    def _store(self, data: bytes, kind: tuple[str, ...]) -> tuple[str, bytes]:
        """Return the digest of a blob, and its line unless the file holds it; the first of a kind is a base."""
        whole = sha256(data).hexdigest()
        digest, number = whole[:_DIGEST_LENGTH], int(whole, 16)
        if self._digests.get(int(digest, 16), number) != number:
            digest = whole
        if int(digest, 16) in self._digests:
            return digest, b""
        self._digests[int(digest, 16)] = number
        base, window = self._bases.setdefault(kind, (digest, data[-_WINDOW:]))
        if base == digest:
            base, window = "", b""
        return digest, self._encoder.encode(Blob(digest, self._deflate(data, window), base)) + b"\n"

    def _pack(self, text: bytes, item: str, kind: tuple[str, ...]) -> bytes:
        """Return the line of packed events, after that of their base where the file does not hold one of this kind."""
        lines = b""
        if kind not in self._bases:
            lines = self._store(text, kind)[1]
        base, window = self._bases.get(kind, ("", b""))  # none where the same text is a blob of another kind
        return lines + self._encoder.encode(Packed(self._deflate(text, window, item), item, base)) + b"\n"

    def _deflate(self, data: bytes, window: bytes, item: str = "") -> bytes:
        packer = self._get_packer(window, item).copy()  # reading the window again takes longer than copying its tables
        return packer.compress(data) + packer.flush()

    def _encode(self, event: Event | StoredExchange) -> bytes:
        try:
            return self._encoder.encode(event)
        except UnicodeEncodeError:  # JSON of a target can hold a lone surrogate, UTF-8 cannot
            return self._encoder.encode(_replace_surrogates(msgspec.to_builtins(event)))


class LineDecoder:
    """Turns the lines of one file into events.

    Equal parts of them are one object, so that they take memory once. Of blobs it keeps the place, and the bytes of
    those that were needed last: `read_line` returns the line of the file that begins at an offset.
    """

    def __init__(self, read_line: Callable[[int], bytes]) -> None:
        self._line: msgspec.json.Decoder[StoredLine] = msgspec.json.Decoder(StoredLine)
        self._read_line = read_line
        self._shared = SharedValues()
        self._offsets: dict[str, int] = {}  # by digest, of blobs without a base
        self._offsets_with_base: dict[str, int] = {}
        self._recent = RecentBytes(_RECENT_BYTES)

    def decode(self, line: bytes, offset: int) -> Iterator[Event]:
        """Yield the events of a line that begins at an offset of the file.

        Raises MsgspecError, UnicodeDecodeError or ValueError where it has none.
        """
        stored = self._line.decode(line)
        if isinstance(stored, Blob):
            # Merged logs may hold it twice; the one without a base is what other blobs of its log rest on.
            offsets = self._offsets_with_base if stored.base else self._offsets
            offsets.setdefault(stored.digest, offset)
        elif isinstance(stored, Packed):
            window = self._read_window(stored.base) + stored.item.encode()
            item = self._shared.share_text(stored.item)
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
        return stored if item is None else _place(stored, item)

    def _choose_item(self, own: str, packed: str | None) -> str:
        return self._shared.share_text(own) if packed is None else packed

    def _restore_bodies(self, stored: StoredExchange) -> Exchange:
        request_body, response_body = (
            self._read_blob(digest) if digest else b"" for digest in (stored.request_body, stored.response_body)
        )
        return self._shared.share_exchange(stored.exchange, request_body, response_body)

    def _read_window(self, base: str) -> bytes:
        return self._read_blob(base)[-_WINDOW:] if base else b""

    def _read_blob(self, digest: str) -> bytes:
        """Return the bytes of a blob; its base has none itself, so a forged log cannot make it search without end."""
        data = self._recent.find(digest)
        if data is None:
            blob = self._find_blob(digest)
            if blob.base in self._offsets_with_base and blob.base not in self._offsets:
                raise ValueError(f"the base of blob {digest} has a base itself")
            data = _inflate(blob.data, self._read_window(blob.base))
            self._recent.add(digest, data)
        return data

    def _find_blob(self, digest: str) -> Blob:
        offset = self._offsets.get(digest, self._offsets_with_base.get(digest))
        if offset is None:
            raise ValueError(f"no blob {digest} stands before it")
        blob = self._line.decode(self._read_line(offset))
        if not isinstance(blob, Blob):  # somebody else writes to the file
            raise ValueError(f"the line of blob {digest} has changed")  # noqa: TRY004 - data, not a type of ours
        return blob


def _place(event: Event, item: str) -> Event:
    """Return an event with another item, where it has one."""
    if isinstance(event, Observed):  # most events, and `replace` takes twice as long
        return Observed(event.outcome, item)
    return msgspec.structs.replace(event, item=item) if isinstance(event, Exchanged | ItemFinished | Passed) else event


def _name_probe(item: str) -> str:
    """Return the part of an item's name that its operations share."""
    return item.partition("[")[0]


def _create_packer(window: bytes, item: str) -> "zlib._Compress":
    """Return a compressor that knows a window, and the item after it."""
    settings = (zlib.Z_BEST_COMPRESSION, zlib.DEFLATED, -zlib.MAX_WBITS, _MEMORY_LEVEL, zlib.Z_DEFAULT_STRATEGY)
    known = window + item.encode()
    return zlib.compressobj(*settings, known) if known else zlib.compressobj(*settings)


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


def _replace_surrogates(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
    if isinstance(value, list):
        return [_replace_surrogates(member) for member in value]
    if isinstance(value, dict):
        return {_replace_surrogates(key): _replace_surrogates(member) for key, member in value.items()}
    return value
