"""Events as lines of a run log (see `stored_lines`)."""

import zlib
from collections.abc import Sequence
from functools import lru_cache
from hashlib import sha256
from typing import Any

import msgspec

from conformance.model.event import Event, Exchanged, RunFinished, RunStarted
from conformance.run_log.item_names import ItemNames
from conformance.run_log.stored_lines import WINDOW_BYTES, Blob, Packed, StoredExchange, place_event

_LONG = 300  # bytes of JSON from which an event is packed
_SHORT_BODY = 40  # bytes up to which a body stands in its event
_MEMORY_LEVEL = 9  # of deflate: the most, 256 KB
_MAX_PACKERS = 8  # compressors that are kept, of 400 KB each
_DIGEST_LENGTH = 12  # of those that no other blob of the file shares; logs that are merged hardly ever share one
_PLAIN = (RunStarted, RunFinished)  # which are looked for in the file

_Kind = tuple[str, ...]
"""A name of texts that resemble each other."""


class LineEncoder:
    """Turns events into the lines of one file."""

    def __init__(self) -> None:
        self._encoder = msgspec.json.Encoder()
        self._names = ItemNames()
        self._digests: dict[int, int] = {}  # of the blobs in the file, short and whole: numbers take half the memory
        self._bases: dict[_Kind, tuple[str, bytes]] = {}  # digest and window of a blob
        self._get_packer = lru_cache(maxsize=_MAX_PACKERS)(_create_packer)

    def encode(self, events: Sequence[Event]) -> bytes:
        """Return the lines of some events, which belong to one item; several events share one line."""
        if len(events) == 1 and isinstance(events[0], Exchanged):
            blobs, stored = self._store_bodies(events[0])
            exchange, probe = events[0].exchange, _name_probe(events[0].item)
            kinds = (("operation", exchange.request.operation), ("exchange", str(exchange.status), probe))
            return blobs + self._pack(self._encode(stored), events[0].item, kinds)
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
                texts.append(self._encode(place_event(event, "")))
        return blobs + self._pack(b"\n".join(texts), item, ((_name_probe(item),),))

    def _store_bodies(self, event: Exchanged) -> tuple[bytes, StoredExchange]:
        """Return the lines of the bodies that the file does not hold yet, and the exchange that refers to them."""
        exchange, lines = event.exchange, b""
        request, response = exchange.request, exchange.response
        request_body = response_body = ""
        if len(request.body) > _SHORT_BODY:
            request_body, lines = self._store(request.body, ((request.operation, "request"),))
            request = msgspec.structs.replace(request, body=b"")
        if response is not None and len(response.body) > _SHORT_BODY:
            kinds = _name_response_kinds(request.operation, response.status, _name_probe(event.item))
            response_body, more = self._store(response.body, kinds)
            lines += more
            response = msgspec.structs.replace(response, body=b"")
        if request_body or response_body:
            exchange = msgspec.structs.replace(exchange, request=request, response=response)
        return lines, StoredExchange(exchange, "", request_body, response_body)

    def _store(self, data: bytes, kinds: tuple[_Kind, ...]) -> tuple[str, bytes]:
        """Return the digest of a blob, and its line unless the file holds it; the first of a kind is a base."""
        whole = sha256(data).hexdigest()
        digest, number = whole[:_DIGEST_LENGTH], int(whole, 16)
        if self._digests.get(int(digest, 16), number) != number:
            digest = whole
        if int(digest, 16) in self._digests:
            return digest, b""
        self._digests[int(digest, 16)] = number
        base, window = self._join_bases(kinds)
        for kind in kinds:
            self._bases.setdefault(kind, (digest, data[-WINDOW_BYTES:]))
        return digest, self._encoder.encode(Blob(digest, self._deflate(data, window), base)) + b"\n"

    def _pack(self, text: bytes, item: str, kinds: tuple[_Kind, ...]) -> bytes:
        """Return the line of packed events, after that of their base where the file does not hold one of each kind."""
        is_first = any(kind not in self._bases for kind in kinds)
        lines = self._store(text, kinds)[1] if is_first else b""
        base, window = self._join_bases(kinds)
        name, again = self._names.shorten(item)
        return lines + self._encoder.encode(Packed(self._deflate(text, window, item), name, again, base)) + b"\n"

    def _join_bases(self, kinds: tuple[_Kind, ...]) -> tuple[str, bytes]:
        """Return the digests and the bytes of the bases; none of a kind whose first text is a blob of another kind."""
        bases = dict(self._bases[kind] for kind in kinds if kind in self._bases)
        return " ".join(bases), b"".join(bases.values())[-WINDOW_BYTES:]

    def _deflate(self, data: bytes, window: bytes, item: str = "") -> bytes:
        packer = self._get_packer(window, item).copy()  # reading the window again takes longer than copying its tables
        return packer.compress(data) + packer.flush()

    def _encode(self, event: Event | StoredExchange) -> bytes:
        try:
            return self._encoder.encode(event)
        except UnicodeEncodeError:  # JSON of a target can hold a lone surrogate, UTF-8 cannot
            return self._encoder.encode(_replace_surrogates(msgspec.to_builtins(event)))


def _name_response_kinds(operation: str, status: int, probe: str) -> tuple[_Kind, ...]:
    """Return the kinds of a response's body.

    Errors resemble those to other operations in the same probe, resources those that another operation of the
    collection shows.
    """
    own = (operation, str(status // 100))
    if status >= 400:
        return (own, ("error", str(status), probe))
    return (("collection", "/".join(operation.split("/")[1:2])), own)


def _name_probe(item: str) -> str:
    """Return the part of an item's name that its operations share."""
    return item.partition("[")[0]


def _create_packer(window: bytes, item: str) -> "zlib._Compress":
    """Return a compressor that knows a window, and the item after it."""
    settings = (zlib.Z_BEST_COMPRESSION, zlib.DEFLATED, -zlib.MAX_WBITS, _MEMORY_LEVEL, zlib.Z_DEFAULT_STRATEGY)
    known = window + item.encode()
    return zlib.compressobj(*settings, known) if known else zlib.compressobj(*settings)


def _replace_surrogates(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
    if isinstance(value, list):
        return [_replace_surrogates(member) for member in value]
    if isinstance(value, dict):
        return {_replace_surrogates(key): _replace_surrogates(member) for key, member in value.items()}
    return value
