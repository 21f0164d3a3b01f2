"""Each admissible reading changes something that a client can observe, and readings stand together as they say."""

import asyncio
import itertools
from collections.abc import Iterator
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import msgspec
import pytest

from conformance.description import load_description
from conformance.errors import UsageError
from conformance.matrices.readings import draw_combinations, list_inapplicable_readings
from conformance.mock_server import readings
from conformance.mock_server.assembly import MockServer, ServerSettings, assemble_server
from conformance.model import Operation, Role
from tests.mock_server.in_process_client import BASE, NOW, REAL, Client, RequestSpec

CATALOGUE = readings.load_readings()
INVISIBLE = {"wire-slow"}  # changes nothing but the time that a response takes, which has a test of its own
Exchange = tuple[int, tuple[tuple[bytes, bytes], ...], bytes]


class Message(msgspec.Struct, frozen=True):
    """A request as a client of the application sends it."""

    method: str
    target: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""


def create_server(description: str, *names: str) -> MockServer:
    settings = ServerSettings(REAL if description == "real" else None, readings=names, now=NOW, rate_limit=10**9)
    return assemble_server(settings, find_description(description))


@cache
def find_description(name: str) -> Any:
    return load_description(REAL if name == "real" else None)


def send(server: MockServer, message: Message) -> Exchange:
    parts = urlsplit(message.target)
    headers = [(b"host", b"127.0.0.1:8000"), *((n.encode(), v.encode()) for n, v in message.headers)]
    headers += [(b"content-length", str(len(message.body)).encode())] if message.body else []
    scope = {
        "type": "http", "method": message.method, "path": parts.path, "raw_path": parts.path.encode(),
        "query_string": parts.query.encode(), "headers": headers, "scheme": "http", "root_path": "",
    }  # fmt: skip
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": message.body}

    async def collect(event: Any) -> None:
        sent.append(event)

    asyncio.run(server(scope, receive, collect))
    body = b"|".join(event["body"] for event in sent[1:])
    return sent[0]["status"], tuple(sent[0]["headers"]), body


def script(description: str) -> Iterator[Message]:
    """Yield the requests that every reading is tried with: special ones, reads, refused ones, writes."""
    client = Client(create_server(description))
    yield from special_requests(client)
    operations = client.model.operations
    for operation in operations:
        if operation.is_safe:
            yield from map(convert, client.good(operation))
    for operation in operations:
        yield from map(convert, client.bad(operation))
    for operation in operations:
        if not operation.is_safe:
            for request in client.good(operation):
                yield convert(request)
                yield from (convert(read) for read in itertools.islice(client.good(operation), 0))
            yield from variants_of_write(client, operation)


def convert(request: RequestSpec) -> Message:
    token = (("authorization", f"Bearer {request.token}"),) if request.token else ()
    return Message(request.method, "/v2" + request.target, (*token, *request.headers.items()), request.body)


def read(target: str, *headers: tuple[str, str], method: str = "GET", token: str = "token-full") -> Message:
    return Message(method, target, (("authorization", f"Bearer {token}"), *headers))


def special_requests(client: Client) -> Iterator[Message]:
    first = send(client.server, read("/v2/vehicles"))
    etag = 'W/"' + __import__("hashlib").sha256(first[2]).hexdigest()[:16] + '"'
    yield read("/v2/vehicles", ("accept-encoding", "gzip, deflate"))
    yield read("/v2/vehicles", ("if-none-match", etag))
    yield read("/v2/vehicles/")
    yield read("/gateway/energy/v2/vehicles")
    for method in ("HEAD", "OPTIONS", "PROPFIND"):
        yield read("/v2/vehicles", method=method)
    yield read("/v2/vehicles", ("evenergy-user", BASE + client.records(client.world.shape.user_resource)[0].path))
    yield read("/v2/vehicles", ("evenergy-user", client.records(client.world.shape.user_resource)[0].key))
    yield read("/v2/no_such_path")
    yield read("/v2/vehicles?no_such_parameter=1&page_size=2&page_size=3")
    yield read("/v2/vehicles?expand=user,trim")
    yield read("/v2/evses?page_after=evse00ZZZZZZZZZZZZZZZZZZZZZZZZ")
    yield read("/v2/vehicles/nonsense")
    yield read("/v2/vehicles/vhcl00ZZZZZZZZZZZZZZZZZZZZZZZZ", token="token-noscope")
    foreign = next(record for record in client.records("vehicles") if record.owner != first_user(client))
    yield read("/v2" + foreign.path, token="token-user-a")
    yield read("/v2/evse_models", token="nonsense")
    form = b"grant_type=client_credentials"
    basic = ("authorization", "Basic ZXZjb25mb3JtLWZ1bGw6ZnVsbC1zZWNyZXQ=")
    yield Message("POST", "/o/token/", (basic, ("content-type", "application/x-www-form-urlencoded")), form)
    for operation in client.model.operations:
        yield from filters_of(client, operation)
        if operation.role is Role.LIST and operation.pagination and "{" not in operation.path and operation.pagination.size:
            count = client.world.store.count_records(operation.resource)
            yield read(f"/v2{operation.path}?{operation.pagination.size}={min(max(count, 1), 100)}")
    for _ in range(22):
        yield read("/v2/vehicles", token="token-limited")


def first_user(client: Client) -> str:
    return client.records(client.world.shape.user_resource)[0].key


def filters_of(client: Client, operation: Operation) -> Iterator[Message]:
    """Yield filters with nothing, and with the id of nothing."""
    if "{" in operation.path or operation.role is not Role.LIST:
        return
    for query_filter in operation.filters:
        yield read(f"/v2{operation.path}?{query_filter.parameter}=")
        resource = client.world.shape.resources.get(query_filter.by_id_of)
        if resource is not None and resource.prefix:
            yield read(f"/v2{operation.path}?{query_filter.parameter}={resource.prefix}00ZZZZZZZZZZZZZZZZZZZZZZZZ")


def variants_of_write(client: Client, operation: Operation) -> Iterator[Message]:
    """Yield the write with less and with more than a body should have, and the list beside it."""
    path, body = client.path_of(operation), client.body_for(operation)
    if path is None or not isinstance(body, dict):
        return
    headers = (
        ("authorization", "Bearer token-full"),
        ("content-type", operation.body.media[0].type if operation.body else ""),
        *client.headers(operation).items(),
    )
    for sent in ({}, {**body, "no_such_property": 1}, {**body, "id": "x", "url": "y", "created_at": "z"}):
        yield Message(operation.method, "/v2" + path, headers, msgspec.json.encode(sent))
    yield Message(operation.method, "/v2" + path, headers, msgspec.json.encode(dict.fromkeys(body, {"": [0]})))
    yield Message(operation.method, "/v2" + path, headers[:1] + headers[2:])
    for name, value in body.items():
        changed = value + 3 if isinstance(value, int) and not isinstance(value, bool) else value
        yield Message(operation.method, "/v2" + path, headers, msgspec.json.encode({name: changed}))
    yield read("/v2" + path.rpartition("/")[0])
    yield read("/v2" + path)


@cache
def scripted(description: str) -> tuple[tuple[Message, Exchange], ...]:
    """Return the script with the responses of the plain server."""
    server = create_server(description)
    return tuple((message, send(server, message)) for message in script(description))


@pytest.mark.parametrize("name", [name for name in CATALOGUE if name not in INVISIBLE])
def test_reading_changes_a_response(name: str) -> None:
    description = "bundled" if not list_inapplicable_readings([name], None) else "real"
    if description == "real" and not REAL.exists():
        pytest.skip("the bundled description has no place for it, and the provider's is not here")
    server = create_server(description, name)
    assert any(send(server, message) != plain for message, plain in scripted(description)), "nothing changed"
