"""Values at the edges of what a body may hold, and other spellings of one body."""

import dataclasses
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from tests.mock_server.in_process_client import Client, RequestSpec

JSON_SPELLINGS = ("Application/JSON", "application/json; charset=utf-8", 'application/json; charset="utf-8"')
TEXTS = ("%41 & <b>", "c+d", 'O\'B \\ "q"', "007", "null \u00bd")
NUMBERS = (0, 100, 1439, 300_000, 2**31)


def list_edge_values(client: Client, schema: dict[str, Any], value: Any) -> Iterator[Any]:
    """Yield values at the edges of a schema, at any depth, near a value that is valid."""
    flat = client.world.schema_compiler.fold_schema(schema)
    kinds = flat.get("type", ())
    types = {kinds} if isinstance(kinds, str) else {*kinds}
    if "null" in types:
        yield None
    if "enum" in flat:
        yield from flat["enum"]
    elif "string" in types and not {"format", "pattern", "const"} & {*flat}:
        yield from TEXTS
    elif flat.get("format") == "email":
        yield "someone.else@example.com"
    elif {"integer", "number"} & types:
        yield from (*(flat[name] for name in ("minimum", "maximum") if name in flat), *NUMBERS)
    elif "array" in types:
        yield from _list_edge_lists(client, flat.get("items", {}), value)
    elif isinstance(value, dict):
        for name, member in flat.get("properties", {}).items():
            for edge in list_edge_values(client, member, value.get(name)):
                yield {**value, name: edge}


def _list_edge_lists(client: Client, items: dict[str, Any], value: Any) -> Iterator[list[Any]]:
    first = value[0] if isinstance(value, list) and value else None
    members = list(list_edge_values(client, items, first))
    if len(members) > 1:
        yield members[:3]
        yield members[:2][::-1]
    if first is not None:
        yield from ([first, member] for member in members[:2])
        if isinstance(first, dict):
            yield [first, *members[:1], first]
        yield from ([member] for member in members)
    yield []


def list_forms(first: RequestSpec, name: str, value: Any) -> Iterator[RequestSpec]:
    """Yield a write of one plain property as a form of each kind; none for objects, lists and null."""
    if value is None or isinstance(value, dict | list):
        return
    text = value if isinstance(value, str) else json.dumps(value)
    part = f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}\r\n--b--\r\n'
    for media_type, raw in (
        ("application/x-www-form-urlencoded", urlencode({name: text})),
        ("multipart/form-data; boundary=b", part),
    ):
        yield respell_media_type(dataclasses.replace(first, body=raw.encode()), media_type)


def respell_media_type(request: RequestSpec, media_type: str) -> RequestSpec:
    return dataclasses.replace(request, headers={**request.headers, "content-type": media_type})
