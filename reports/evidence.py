"""The exchanges of a run, packed so that one file can carry thousands of them and open any one quickly.

Heads (headers and commands) and bodies are kept apart, in chunks of raw DEFLATE (RFC 1951); identical bodies are kept
once. A body that is too long for the report is cut and named by its SHA-256; the whole body goes into the side file.
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
from conformance.tools.visible_text import make_json_visible
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
    exchanges = summary.exchanges
    numbers: dict[bytes, int] = {}
    can_repeat = can_repeat_requests(summary)
    heads = [_build_head(exchange, numbers, can_repeat=can_repeat) for exchange in exchanges]
    packed_heads = tuple(deflate(heads[at : at + HEADS_A_CHUNK]) for at in range(0, len(heads), HEADS_A_CHUNK))
    firsts = {key for finding in summary.findings for key in (*finding.exchanges[:1], finding.smallest)}
    cited = {x.response.body for x in exchanges if x.id in firsts and x.response}
    room = (
        _BASE
        + _PER_EXCHANGE * len(exchanges)
        - spent
        - sum(map(len, packed_heads))
        - len(deflate(_build_index(exchanges, [])))
    )
    limit = _estimate_limit(list(numbers), room)
    while True:
        kept = [_cut_body(body, _LARGEST_CITED if body in cited else limit) for body in numbers]
        chunks, starts = _split_into_chunks(kept)
        packed = tuple(map(deflate, chunks))
        size = sum(map(len, packed))
        if size <= room or limit <= _SMALLEST:
            break
        limit = max(_SMALLEST, min(limit * 4 // 5, int(limit * room / size)))
    cut = [(entry["sha256"], body) for entry, body in zip(kept, numbers, strict=True) if "sha256" in entry]
    return PackedEvidence(deflate(_build_index(exchanges, starts)), packed_heads, packed, len(cut), _build_archive(cut))


def deflate(value: Any) -> str:
    """Return a value as JSON that is safe to show, compressed with raw DEFLATE, in base64."""
    machine = zlib.compressobj(6, zlib.DEFLATED, -15)
    return base64.b64encode(machine.compress(make_json_visible(msgspec.json.encode(value))) + machine.flush()).decode()


def _estimate_limit(bodies: list[bytes], room: int) -> int:
    """Estimate, from how well a sample compresses, the longest body to keep whole so that all bodies fit."""
    sample = b"".join(bodies[:: max(1, len(bodies) // 100)])[:_SAMPLE]
    ratio = (
        1.03 * len(deflate(sample.decode("utf-8", "replace"))) / max(1, len(sample))
    )  # chunks end early, which costs a little
    limit = _LARGEST
    while limit > _SMALLEST and sum(min(len(body), limit) for body in bodies) * ratio > room:
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


def _split_into_chunks(entries: Iterable[dict[str, Any]]) -> tuple[list[list[dict[str, Any]]], list[int]]:
    """Split entries into chunks; return these and the number of the first entry of each."""
    chunks: list[list[dict[str, Any]]] = []
    starts: list[int] = []
    size = _BODIES_A_CHUNK
    for number, entry in enumerate(entries):
        if size >= _BODIES_A_CHUNK:
            chunks.append([])
            starts.append(number)
            size = 0
        chunks[-1].append(entry)
        size += len(entry.get("text", "")) + len(entry.get("base64", ""))
    return chunks, starts


def _number_body(body: bytes, numbers: dict[bytes, int]) -> int:
    """Return the number of a body, given in the order of first appearance; -1 for an empty body."""
    return numbers.setdefault(body, len(numbers)) if body else -1


def _build_head(exchange: Exchange, numbers: dict[bytes, int], *, can_repeat: bool) -> dict[str, Any]:
    """Return what the page shows of an exchange; the server of a certification is gone, so nothing repeats it."""
    response = exchange.response
    return {
        "sent": exchange.sent_headers,
        "body": _number_body(exchange.request.body, numbers),
        "got": response.headers if response else (),
        "answer": _number_body(response.body, numbers) if response else -1,
        "cut": bool(response and response.cut),
        "failure": exchange.failure,
        "curl": write_curl(exchange) if can_repeat else "",
        "python": write_python(exchange) if can_repeat else "",
        "set": list_variables(exchange) if can_repeat else (),
    }


def _build_index(exchanges: Sequence[Exchange], starts: list[int]) -> dict[str, Any]:
    """Return the columns of the table of all exchanges; `at` is in milliseconds after the first request."""
    first = exchanges[0].sent_at if exchanges else 0.0
    operations = {key: n for n, key in enumerate(dict.fromkeys(exchange.request.operation for exchange in exchanges))}
    identities = {key: n for n, key in enumerate(dict.fromkeys(exchange.request.identity for exchange in exchanges))}
    return {
        "operations": list(operations),
        "identities": list(identities),
        "id": [exchange.id for exchange in exchanges],
        "operation": [operations[exchange.request.operation] for exchange in exchanges],
        "identity": [identities[exchange.request.identity] for exchange in exchanges],
        "method": [exchange.request.method for exchange in exchanges],
        "url": [exchange.url for exchange in exchanges],
        "status": [exchange.status for exchange in exchanges],
        "at": [round((exchange.sent_at - first) * 1000) for exchange in exchanges],
        "took": [round(exchange.response.elapsed_s * 1000, 1) if exchange.response else None for exchange in exchanges],
        "starts": starts,
    }


def _build_archive(bodies: list[tuple[str, bytes]]) -> bytes:
    if not bodies:
        return b""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for digest, body in bodies:
            archive.writestr(zipfile.ZipInfo(f"{digest}.body"), body, zipfile.ZIP_DEFLATED, 1)
    return file.getvalue()
