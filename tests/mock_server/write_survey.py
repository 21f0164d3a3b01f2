"""The writing part of the series: good and bad bodies, each followed by the reads that show their effect."""

import dataclasses
import json
from collections.abc import Callable, Iterator
from typing import Any

from conformance.mock_server.seeded_faults import UNKNOWN_ULID
from conformance.model import Operation, Role
from tests.mock_server.edge_values import JSON_SPELLINGS, TEXTS, list_edge_values, list_forms, respell_media_type
from tests.mock_server.in_process_client import BASE, Client, RequestSpec

LATEST = 6  # resources that an action is tried on


def write_requests(client: Client, operation: Operation) -> Iterator[RequestSpec]:
    good = list(client.good(operation))
    if not good:
        return
    first = good[0]
    yield dataclasses.replace(first, token="token-readonly")
    yield dataclasses.replace(first, token="token-noscope")
    yield dataclasses.replace(first, token="token-user-b")  # before the users who may DELETE it
    yield dataclasses.replace(
        first, headers={k: v for k, v in first.headers.items() if k != operation.user_header.lower()}
    )
    yield dataclasses.replace(first, token="token-user-a")
    yield from client.bad(operation)
    yield from _undocumented_methods(client, first)
    body = client.body_for(operation)

    def read() -> Iterator[RequestSpec]:
        for reader in client.model.operations:
            if (
                reader.is_safe
                and reader.path == operation.path
                and reader.role in {Role.ITEM, Role.SINGLETON, Role.LIST}
            ):
                size = reader.pagination.size if reader.pagination else ""
                yield RequestSpec(reader, "GET", first.target.partition("?")[0] + (f"?{size}=100" if size else ""))

    def read_with_list() -> Iterator[RequestSpec]:
        yield from read()
        path, parent = (text.rpartition("/")[0] for text in (first.target.partition("?")[0], operation.path))
        for reader in client.model.operations:
            if operation.method == "PATCH" and reader.role is Role.LIST and reader.path == parent:
                yield RequestSpec(reader, "GET", path)

    if isinstance(body, dict):
        yield from _body_requests(client, first, body, read_with_list)
    yield first
    yield from 2 * list(read())
    yield first
    yield from read()
    yield dataclasses.replace(first, headers={**first.headers, "transfer-encoding": "chunked"})
    if operation.role is Role.ACTION:
        yield from _action_requests(client, first)


def _action_requests(client: Client, first: RequestSpec) -> Iterator[RequestSpec]:
    """Yield an action twice on each of the latest resources, which are in several states, and the resource after it."""
    operation = first.operation
    readers = {reader.path: reader for reader in client.model.operations if reader.role is Role.ITEM}
    reader = readers.get(operation.path.rpartition("/")[0]) or readers.get(operation.path.rpartition(":")[0])
    total = client.world.store.count_records(reader.resource) if reader else 0
    for position in range(max(0, total - LATEST), total):
        action, read = client.path_of(operation, position), reader and client.path_of(reader, position)
        if action and reader and read:
            read += "?" + "&".join(f"expand={expansion.path}" for expansion in reader.expansions)
            query = first.target.partition("?")[1:]
            yield from 2 * [
                dataclasses.replace(first, target="".join((action, *query))),
                RequestSpec(reader, "GET", read),
            ]


def _undocumented_methods(client: Client, first: RequestSpec) -> Iterator[RequestSpec]:
    served = {operation.method for operation in client.model.operations if operation.path == first.operation.path}
    yield from (dataclasses.replace(first, method=method) for method in ("GET", "PUT") if method not in served)


def _body_requests(
    client: Client, first: RequestSpec, body: dict[str, Any], read: Callable[[], Iterator[RequestSpec]]
) -> Iterator[RequestSpec]:
    operation = first.operation

    def send(data: Any) -> RequestSpec:
        json_type = {**first.headers, "content-type": "application/json"}
        return dataclasses.replace(first, body=json.dumps(data).encode(), headers=json_type)

    yield from read()
    texts = [name for name, value in body.items() if isinstance(value, str)]
    yield from (send({**body, name: TEXTS[0]}) for name in texts[:1])  # before as many are there as can be
    yield from read()
    for name, value in body.items():
        yield send({name: value} if operation.method == "PATCH" else body)
        yield from read()
    for expansion in operation.expansions:
        yield dataclasses.replace(send(body), target=f"{first.target}?expand={expansion.path}")
    for name, value in _read_only_values(client, operation).items():
        yield send({**body, name: value})
    properties = _body_schema(client, operation).get("properties", {})
    edges = {name: list(list_edge_values(client, schema, body.get(name))) for name, schema in properties.items()}
    for name, schema in properties.items():
        for value in _wrong_values(client, operation, name, schema):
            yield send({**vary(body), name: value})
        for value in edges[name]:
            yield send({name: value} if operation.method == "PATCH" else {**body, name: value})
        yield from 4 * list(read())
    for name, values in edges.items():
        yield from (form for value in [body.get(name), *values] for form in list_forms(first, name, value))
    yield from (respell_media_type(send(vary(body)), spelling) for spelling in JSON_SPELLINGS)
    yield from read()
    yield send({})
    for name in list(body):
        yield send({key: value for key, value in body.items() if key != name})


def _wrong_values(client: Client, operation: Operation, name: str, schema: dict[str, Any]) -> list[Any]:
    flat = client.world.schema_compiler.fold_schema(schema)
    wrong: list[Any] = [
        {"no": 1},
        [["no"]],
        "\x00",
        "\U0001f600",
        "x" * 5000,
        "not-an-id",
        BASE + "/nothing/" + UNKNOWN_ULID,
    ]
    targets = client.server.api.writes._bodies.find_link_targets(operation, {name: 1}).get(name, ())
    wrong += [client.records(target)[0].key for target in targets[:1] if client.records(target)]
    wrong += [flat["maximum"] + 1] if "maximum" in flat else []
    nested: Any = 1
    for _ in range(60):
        nested = [nested]
    return [*wrong, nested]


def vary(body: Any) -> Any:
    """Return another valid body, near the given one: numbers a little lower, switches turned."""
    if isinstance(body, dict):
        return {name: vary(value) for name, value in body.items()}
    if isinstance(body, bool):
        return not body
    return body - 1 if isinstance(body, int) and body > 60 else body


def _body_schema(client: Client, operation: Operation) -> dict[str, Any]:
    media = operation.body.media[0] if operation.body else None
    return (
        client.world.schema_compiler.fold_schema(client.world.description.resolve(media.schema))
        if media and media.schema
        else {}
    )


def _read_only_values(client: Client, operation: Operation) -> dict[str, Any]:
    """Return other values for the fields that only the server sets."""
    resource = client.world.shape.resources.get(operation.resource)
    properties = client.world.get_schema(resource).get("properties", {}) if resource and resource.schema else {}
    values: dict[str, Any] = {}
    for name, schema in properties.items():
        flat = client.world.schema_compiler.fold_schema(schema)
        if flat.get("readOnly") and flat.get("type") in ("string", "integer"):
            values[name] = 7 if flat["type"] == "integer" else flat.get("enum", ["2001-01-01T00:00:00.000000Z"])[0]
    return values
