"""The exchanges of a run, packed so that one file can carry thousands of them and open any one quickly.

Heads (headers and commands) and bodies are kept apart, in chunks of raw DEFLATE (RFC 1951); identical bodies are kept
once. A body that is too long for the report is cut and named by its SHA-256; the whole body goes into the side file.
"""

import base64
import hashlib
import io
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec

from conformance.model import Exchange
from conformance.tools.visible_text import make_json_visible
from reports.exchange_store import list_ids
from reports.numbered_bodies import NumberedBodies
from reports.repeat_command import can_repeat_requests
from reports.request_commands import list_variables, write_curl, write_python
from reports.summary import Summary

HEADS_A_CHUNK = 100
_BODIES_A_CHUNK = 192_000  # bytes before compression
_BASE, _PER_EXCHANGE = 1_400_000, 490  # bytes of a whole report: fixed part, part for each exchange
_LARGEST_CITED, _LARGEST, _SMALLEST = 262_144, 65_536, 64
_SAMPLE = 2_000_000


class PackedEvidence(msgspec.Struct, frozen=True):
    """Evidence ready to embed: base64 chunks, and a zip archive of the bodies that were cut (empty if none was)."""

    index: str
    heads: tuple[str, ...]
    bodies: tuple[str, ...]
    cut: int
    side: bytes


def pack_evidence(summary: Summary, spent: int = 0) -> PackedEvidence:
    """Pack all exchanges into the size that their number allows: 1.9 MB for 1,000, 11.2 MB for 20,000.

    `spent` is the number of bytes of it that the rest of the report takes.
    """
    exchanges, bodies = summary.exchanges, NumberedBodies(summary.exchanges)
    table = _ExchangeTable()
    heads = tuple(_pack_heads(exchanges, bodies, table, can_repeat=can_repeat_requests(summary)))
    cited = _find_cited(summary, bodies)
    index = table.build()
    room = _BASE + _PER_EXCHANGE * len(exchanges) - spent - sum(map(len, heads)) - len(deflate(index))
    limit = _estimate_limit(bodies, room)
    while True:
        limits = [_LARGEST_CITED if number in cited else limit for number in range(len(bodies))]
        packed, starts = _pack_bodies(bodies, limits)
        size = sum(map(len, packed))
        if size <= room or limit <= _SMALLEST:
            break
        limit = max(_SMALLEST, min(limit * 4 // 5, int(limit * room / size)))
    cut = [number for number, length in enumerate(bodies.lengths) if length > limits[number]]
    side = _build_archive(map(bodies.read, cut))
    return PackedEvidence(deflate(index | {"starts": starts}), heads, packed, len(cut), side)


def _find_cited(summary: Summary, bodies: NumberedBodies) -> frozenset[int]:
    """Return the numbers of the response bodies that findings show first."""
    firsts = {key for finding in summary.findings for key in (*finding.exchanges[:1], finding.smallest)}
    places = (place for place, key in enumerate(list_ids(summary.exchanges)) if key in firsts)
    return frozenset(bodies.number_bodies(place, summary.exchanges[place])[1] for place in places)


def deflate(value: Any) -> str:
    """Return a value as JSON that is safe to show, compressed with raw DEFLATE, in base64."""
    machine = zlib.compressobj(6, zlib.DEFLATED, -15)
    return base64.b64encode(machine.compress(make_json_visible(msgspec.json.encode(value))) + machine.flush()).decode()


def _estimate_limit(bodies: NumberedBodies, room: int) -> int:
    """Estimate, from how well a sample compresses, the longest body to keep whole so that all bodies fit."""
    numbers = range(0, len(bodies), max(1, len(bodies) // 100))
    sample = b"".join(map(bodies.read, numbers))[:_SAMPLE]
    ratio = (
        1.03 * len(deflate(sample.decode("utf-8", "replace"))) / max(1, len(sample))
    )  # chunks end early, which costs a little
    limit = _LARGEST
    while limit > _SMALLEST and sum(min(length, limit) for length in bodies.lengths) * ratio > room:
        limit = limit * 3 // 4
    return limit


def _cut_body(body: bytes, limit: int) -> dict[str, Any]:
    """Return a body as text or base64, cut to the limit, with the size and digest of the whole if it was cut."""
    entry: dict[str, Any] = {}
    kept = body[:limit]
    if len(body) > limit:
        entry = {"size": len(body), "sha256": hashlib.sha256(body).hexdigest()}
    try:
        entry["text"] = kept.decode("utf-8", "ignore" if "sha256" in entry else "strict")
    except UnicodeDecodeError:
        entry["base64"] = base64.b64encode(kept).decode()
    return entry


def _pack_heads(
    exchanges: Sequence[Exchange], bodies: NumberedBodies, table: "_ExchangeTable", *, can_repeat: bool
) -> Iterator[str]:
    """Yield the chunks of all heads, and fill the table: exchanges of a long run are in a file, and read once for both.

    Bodies get their numbers in the order of first appearance.
    """
    for at in range(0, len(exchanges), HEADS_A_CHUNK):
        part = exchanges[at : at + HEADS_A_CHUNK]
        for exchange in part:
            table.add(exchange)
        numbered = enumerate(part, at)
        yield deflate(
            [_build_head(exchange, bodies.number_bodies(place, exchange), can_repeat) for place, exchange in numbered]
        )


def _pack_bodies(bodies: NumberedBodies, limits: Sequence[int]) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """Return the chunks of bodies, each cut to its limit, and the number of the first body of each chunk.

    One chunk is laid out at a time: all bodies of a long run would take its memory a second time.
    """
    chunks: list[str] = []
    starts: list[int] = []
    entries: list[dict[str, Any]] = []
    size = 0
    for number, (body, limit) in enumerate(zip(bodies, limits, strict=True)):
        if not entries:
            starts.append(number)
        entry = _cut_body(body, limit)
        entries.append(entry)
        size += len(entry.get("text", "")) + len(entry.get("base64", ""))
        if size >= _BODIES_A_CHUNK or number == len(limits) - 1:
            chunks.append(deflate(entries))
            entries, size = [], 0
    return tuple(chunks), tuple(starts)


def _build_head(exchange: Exchange, numbers: tuple[int, int], can_repeat: bool) -> dict[str, Any]:
    """Return what the page shows of an exchange; the server of a certification is gone, so nothing repeats it."""
    response = exchange.response
    return {
        "sent": exchange.sent_headers,
        "body": numbers[0],
        "got": response.headers if response else (),
        "answer": numbers[1],
        "cut": bool(response and response.cut),
        "failure": exchange.failure,
        "curl": write_curl(exchange) if can_repeat else "",
        "python": write_python(exchange) if can_repeat else "",
        "set": list_variables(exchange) if can_repeat else (),
    }


class _ExchangeTable:
    """The columns of the table of all exchanges; `at` is in milliseconds after the first request."""

    _NAMES = ("id", "operation", "identity", "method", "url", "status", "at", "took")

    def __init__(self) -> None:
        self._first: float | None = None
        self._operations: dict[str, int] = {}
        self._identities: dict[str, int] = {}
        self._columns: tuple[list[Any], ...] = tuple([] for _ in self._NAMES)

    def add(self, exchange: Exchange) -> None:
        """Add the row of an exchange."""
        request = exchange.request
        self._first = exchange.sent_at if self._first is None else self._first
        row = (
            exchange.id,
            self._operations.setdefault(request.operation, len(self._operations)),
            self._identities.setdefault(request.identity, len(self._identities)),
            request.method,
            exchange.url,
            exchange.status,
            round((exchange.sent_at - self._first) * 1000),
            round(exchange.response.elapsed_s * 1000, 1) if exchange.response else None,
        )
        for column, value in zip(self._columns, row, strict=True):
            column.append(value)

    def build(self) -> dict[str, Any]:
        """Return the table as the page reads it."""
        return {
            "operations": list(self._operations),
            "identities": list(self._identities),
            **dict(zip(self._NAMES, self._columns, strict=True)),
            "starts": (),
        }


def _build_archive(bodies: Iterable[bytes]) -> bytes:
    """Return a zip archive of whole bodies, each named by its SHA-256; empty without any."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for body in bodies:
            name = f"{hashlib.sha256(body).hexdigest()}.body"
            archive.writestr(zipfile.ZipInfo(name), body, zipfile.ZIP_DEFLATED, 1)
        is_empty = not archive.namelist()
    return b"" if is_empty else file.getvalue()
