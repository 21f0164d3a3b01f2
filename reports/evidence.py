"""The exchanges of a run, packed so that one file can carry thousands of them and open any one quickly.

Heads (headers and commands) and bodies are kept apart, in chunks of raw DEFLATE (RFC 1951); identical bodies are kept
once. A body that finds no room whole is cut and named by its SHA-256; whole, it goes into the side file.
"""

import base64
import hashlib
import io
import zipfile
import zlib
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from conformance.model import Exchange
from reports.reproduce import curl, python
from reports.summary import Summary

HEADS_A_CHUNK = 100
_BODIES_A_CHUNK = 192_000  # bytes before compression
_BASE, _EACH = 1_000_000, 480  # bytes of compressed, encoded evidence: some, and some more for each exchange
_LARGEST_CITED, _LARGEST, _SMALLEST = 262_144, 65_536, 64


class Packed(msgspec.Struct, frozen=True):
    """Evidence ready to embed: base64 chunks, and a zip archive of the bodies that were cut, empty where none was."""

    index: str
    heads: tuple[str, ...]
    bodies: tuple[str, ...]
    cut: int
    side: bytes

    @property
    def size(self) -> int:
        """Bytes that the chunks take in the file."""
        return len(self.index) + sum(map(len, self.heads)) + sum(map(len, self.bodies))


def pack(summary: Summary) -> Packed:
    """All exchanges within the room that their number allows: under 2 MB for 1,000, under 12 MB for 20,000."""
    cited = {each.exchanges[0] for each in summary.findings if each.exchanges}
    room = _BASE + _EACH * len(summary.exchanges)
    limit = _first_guess(summary.exchanges, room)
    while True:
        packed = _packed(summary.exchanges, cited, limit)
        if packed.size <= room or limit <= _SMALLEST:
            return packed
        limit = max(_SMALLEST, min(limit // 2, int(limit * room / packed.size)))


def deflated(value: Any) -> str:
    """JSON, compressed (raw DEFLATE), in base64."""
    machine = zlib.compressobj(6, zlib.DEFLATED, -15)
    return base64.b64encode(machine.compress(msgspec.json.encode(value)) + machine.flush()).decode()


def _first_guess(exchanges: Iterable[Exchange], room: int) -> int:
    """The longest body to keep whole so that all bodies together compress into the room, at five to one."""
    sizes = [len(body) for body in {each.response.body for each in exchanges if each.response}]
    limit = _LARGEST
    while limit > 512 and sum(min(size, limit) for size in sizes) > room * 5:
        limit //= 2
    return limit


class _Pool:
    """Bodies by content, numbered as they come, cut to a limit."""

    def __init__(self) -> None:
        self.numbers: dict[bytes, int] = {}
        self.entries: list[dict[str, Any]] = []
        self.whole: dict[str, bytes] = {}

    def add(self, body: bytes, limit: int) -> int:
        """The number of a body; -1 for an empty one."""
        if not body:
            return -1
        if body not in self.numbers:
            self.numbers[body] = len(self.entries)
            self.entries.append(self._entry(body, limit))
        return self.numbers[body]

    def _entry(self, body: bytes, limit: int) -> dict[str, Any]:
        entry: dict[str, Any] = {}
        kept = body
        if len(body) > limit:
            digest = hashlib.sha256(body).hexdigest()
            self.whole[digest] = body
            entry, kept = {"size": len(body), "sha256": digest}, body[:limit]
        try:
            entry["text"] = kept.decode("utf-8", "strict" if kept is body else "ignore")
        except UnicodeDecodeError:
            entry["base64"] = base64.b64encode(kept).decode()
        return entry

    def chunks(self) -> tuple[list[list[dict[str, Any]]], list[int]]:
        """The entries in chunks, and the number of the first entry of each."""
        chunks: list[list[dict[str, Any]]] = []
        starts: list[int] = []
        size = _BODIES_A_CHUNK
        for number, entry in enumerate(self.entries):
            if size >= _BODIES_A_CHUNK:
                chunks.append([])
                starts.append(number)
                size = 0
            chunks[-1].append(entry)
            size += len(entry.get("text", "")) + len(entry.get("base64", ""))
        return chunks, starts


def _packed(exchanges: Sequence[Exchange], cited: set[str], limit: int) -> Packed:
    pool = _Pool()
    heads = [_head(each, pool, _LARGEST_CITED if each.id in cited else limit) for each in exchanges]
    chunks, starts = pool.chunks()
    return Packed(
        index=deflated(_index(exchanges, starts)),
        heads=tuple(deflated(heads[at : at + HEADS_A_CHUNK]) for at in range(0, len(heads), HEADS_A_CHUNK)),
        bodies=tuple(map(deflated, chunks)),
        cut=len(pool.whole),
        side=_archive(pool.whole),
    )


def _head(exchange: Exchange, pool: _Pool, limit: int) -> dict[str, Any]:
    response = exchange.response
    return {
        "sent": exchange.request.headers,
        "body": pool.add(exchange.request.body, limit),
        "got": response.headers if response else (),
        "answer": pool.add(response.body, limit) if response else -1,
        "cut": bool(response and response.cut),
        "failure": exchange.failure,
        "curl": curl(exchange),
        "python": python(exchange),
    }


def _index(exchanges: Sequence[Exchange], starts: list[int]) -> dict[str, Any]:
    """Columns of what a table of all exchanges shows; `at` in milliseconds after the first."""
    first = exchanges[0].sent_at if exchanges else 0.0
    operations = {key: n for n, key in enumerate(dict.fromkeys(each.request.operation for each in exchanges))}
    identities = {key: n for n, key in enumerate(dict.fromkeys(each.request.identity for each in exchanges))}
    return {
        "operations": list(operations),
        "identities": list(identities),
        "id": [each.id for each in exchanges],
        "operation": [operations[each.request.operation] for each in exchanges],
        "identity": [identities[each.request.identity] for each in exchanges],
        "method": [each.request.method for each in exchanges],
        "url": [each.url for each in exchanges],
        "status": [each.status for each in exchanges],
        "at": [round((each.sent_at - first) * 1000) for each in exchanges],
        "took": [round(each.response.elapsed_s * 1000, 1) if each.response else None for each in exchanges],
        "starts": starts,
    }


def _archive(whole: dict[str, bytes]) -> bytes:
    if not whole:
        return b""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for digest, body in whole.items():
            archive.writestr(zipfile.ZipInfo(f"{digest}.body"), body, zipfile.ZIP_DEFLATED, 1)
    return file.getvalue()
