"""Answers in comma-separated values (RFC 4180), wherever a description documents them for what is read."""

import csv
import io
from collections.abc import Mapping
from typing import Any

import msgspec

from conformance.mock_server import negotiation
from conformance.mock_server.call import Answer, Call
from conformance.model import Operation

CSV = "text/csv"
_RUNS = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet may run (OWASP, CSV injection)
_ROWS = 12


def documented(operation: Operation) -> bool:
    """Whether a successful read may be answered so."""
    return CSV in _offered(operation)


def wanted(call: Call) -> bool:
    """Whether the client takes CSV rather than what else is offered."""
    return negotiation.choose(call.headers.get("accept", ""), _offered(call.operation)) == CSV


def tabled(answer: Answer, operation: Operation) -> Answer:
    """A successful answer as a table: a row an item, a column a documented field, `location.latitude` too."""
    value = msgspec.json.decode(answer.raw) if answer.raw is not None else answer.body
    rows = _items(value, operation)
    names = _columns(operation) or list(rows[0])
    body = lines([names, *([_text(_at(row, name)) for name in names] for row in rows)])
    return Answer(answer.status, headers=answer.headers, media=f"{CSV}; charset=utf-8", raw=body)


def example() -> list[dict[str, Any]]:
    """The rows of a table of which the description tells no columns; every kind of cell that needs care is there."""
    texts = ("plain", "a, b", 'a "b"', "a\r\nb", "=1+1", "é", "")
    return [{"period": f"2026-{1 + n % 12:02}", "count": n, "note": texts[n % len(texts)]} for n in range(_ROWS)]


def lines(rows: list[list[str]]) -> bytes:
    """Rows of cells as they are."""
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode()


def read(body: bytes) -> list[list[str]]:
    """The rows of cells of a table that was written here."""
    return list(csv.reader(io.StringIO(body.decode(), newline="")))


def _offered(operation: Operation) -> list[str]:
    return [media.type for each in operation.responses if each.status == "200" for media in each.media]


def _items(value: Any, operation: Operation) -> list[Any]:
    inner = value.get(operation.items_at) if operation.items_at and isinstance(value, dict) else value
    return inner if isinstance(inner, list) else [inner]


def _columns(operation: Operation) -> list[str]:
    """The documented fields of an item that hold values; the same whatever is shown."""
    start = f"{operation.items_at}[]." if operation.items_at else "[]."
    fields = [each.removeprefix(start) for each in operation.fields if each != operation.items_at]
    around = {each.rpartition(".")[0] for each in fields}
    return [each for each in fields if each not in around and "[]" not in each]


def _at(row: Any, path: str) -> Any:
    for name in path.split("."):
        row = row.get(name) if isinstance(row, Mapping) else None
    return row


def _text(value: Any) -> str:
    """A cell; what a spreadsheet would run begins with an apostrophe."""
    if value is None:
        return ""
    text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    return f"'{text}" if isinstance(value, str) and text.startswith(_RUNS) else text
