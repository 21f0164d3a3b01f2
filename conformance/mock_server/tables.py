"""Responses in comma-separated values (RFC 4180), wherever a description documents them for a read."""

import csv
import io
from collections.abc import Mapping
from typing import Any

import msgspec

from conformance.mock_server import negotiation
from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.model import Operation

CSV = "text/csv"
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet may run such a cell (OWASP, CSV injection)
_EXAMPLE_ROWS = 12


def is_csv_documented(operation: Operation) -> bool:
    """Return whether a successful read may be CSV."""
    return CSV in _offered_types(operation)


def is_csv_preferred(call: ServerCall) -> bool:
    """Return whether the client prefers CSV to the other media types on offer."""
    return negotiation.choose_media_type(call.headers.get("accept", ""), _offered_types(call.operation)) == CSV


def convert_to_table(response: ServerResponse, operation: Operation) -> ServerResponse:
    """Return a successful response as a table: a row for each item, a column for each documented field.

    A column name is a dotted path, such as `location.latitude`.
    """
    value = msgspec.json.decode(response.raw) if response.raw is not None else response.body
    rows = _extract_items(value, operation)
    names = _list_columns(operation) or list(rows[0])
    body = encode_rows([names, *([_format_cell(_value_at(row, name)) for name in names] for row in rows)])
    return ServerResponse(response.status, headers=response.headers, media=f"{CSV}; charset=utf-8", raw=body)


def build_example_rows() -> list[dict[str, Any]]:
    """Return the rows of a table whose columns are not described, with every kind of value that needs care."""
    texts = ("plain", "a, b", 'a "b"', "a\r\nb", "=1+1", "é", "")
    return [
        {"period": f"2026-{1 + n % 12:02}", "count": n, "note": texts[n % len(texts)]} for n in range(_EXAMPLE_ROWS)
    ]


def encode_rows(rows: list[list[str]]) -> bytes:
    """Encode rows of cells as CSV, without escaping."""
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode()


def decode_rows(body: bytes) -> list[list[str]]:
    """Decode the rows of cells of a table that this module encoded."""
    return list(csv.reader(io.StringIO(body.decode(), newline="")))


def _offered_types(operation: Operation) -> list[str]:
    return [media.type for response in operation.responses if response.status == "200" for media in response.media]


def _extract_items(value: Any, operation: Operation) -> list[Any]:
    inner = value.get(operation.items_at) if operation.items_at and isinstance(value, dict) else value
    return inner if isinstance(inner, list) else [inner]


def _list_columns(operation: Operation) -> list[str]:
    """Return the documented fields of an item that hold values; the same whatever is shown."""
    start = f"{operation.items_at}[]." if operation.items_at else "[]."
    fields = [field.removeprefix(start) for field in operation.fields if field != operation.items_at]
    parents = {field.rpartition(".")[0] for field in fields}
    return [field for field in fields if field not in parents and "[]" not in field]


def _value_at(row: Any, path: str) -> Any:
    for name in path.split("."):
        row = row.get(name) if isinstance(row, Mapping) else None
    return row


def _format_cell(value: Any) -> str:
    """Return the text of a cell, with an apostrophe in front where a spreadsheet would run it."""
    if value is None:
        return ""
    text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    return f"'{text}" if isinstance(value, str) and text.startswith(_FORMULA_STARTS) else text
