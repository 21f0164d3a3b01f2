"""A series of requests in which every admissible reading shows, the special ones first."""

import hashlib
import itertools
from collections.abc import Iterator

import msgspec

from conformance.model import Operation, Role
from tests.mock_server.in_process_client import BASE, Client, RequestSpec

UNKNOWN = "00ZZZZZZZZZZZZZZZZZZZZZZZZ"
FORM = "application/x-www-form-urlencoded"


class Message(msgspec.Struct, frozen=True):
    """A request as a client of the application sends it."""

    method: str
    target: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""


def read(target: str, *headers: tuple[str, str], method: str = "GET", token: str = "token-full") -> Message:  # noqa: S107
    return Message(method, target, (("authorization", f"Bearer {token}"), *headers))


def list_requests(client: Client) -> Iterator[Message]:
    """Yield special requests, good reads, refused requests, and writes."""
    operations = client.model.operations
    yield from _list_special_requests(client)
    for operation in operations:
        if operation.is_safe:
            yield from map(_convert, itertools.islice(client.good(operation), 2))
    for operation in operations:
        yield from map(_convert, client.bad(operation))
    for operation in operations:
        yield from _list_special_filters(client, operation)
        if operation.role is Role.LIST and operation.pagination and operation.pagination.size:
            yield from _list_whole_pages(client, operation)
    for operation in operations:
        if operation.is_safe:
            yield from map(_convert, itertools.islice(client.good(operation), 2, None))
    for operation in operations:
        if not operation.is_safe:
            yield from map(_convert, client.good(operation))
            yield from _list_variants_of_write(client, operation)


def _convert(request: RequestSpec) -> Message:
    token = (("authorization", f"Bearer {request.token}"),) if request.token else ()
    return Message(request.method, "/v2" + request.target, (*token, *request.headers.items()), request.body)


def _list_special_requests(client: Client) -> Iterator[Message]:
    user = client.records(client.world.shape.user_resource)[0]
    foreign = next(record for record in client.records("vehicles") if record.owner not in {None, user.key})
    etag = 'W/"' + hashlib.sha256(client.get("/vehicles").body).hexdigest()[:16] + '"'
    yield read("/v2/vehicles", ("accept-encoding", "gzip"))
    yield read("/v2/vehicles", ("accept-encoding", "deflate"))
    yield read("/v2/vehicles", ("if-none-match", etag))
    yield read("/v2/vehicles/")
    yield read("/gateway/energy/v2/vehicles")
    for method in ("HEAD", "OPTIONS", "PROPFIND"):
        yield read("/v2/vehicles", method=method)
    yield read("/v2/vehicles", ("evenergy-user", BASE + user.path))
    yield read("/v2/vehicles", ("evenergy-user", user.key))
    yield from _list_odd_requests()
    yield read("/v2/programs?coordinates=51.5,-0.1&country_code=GB")
    connector = client.records("vehicle_models.connectors")[0]
    json = (("authorization", "Bearer token-full"), ("content-type", "application/json"))
    yield Message("PATCH", "/v2" + connector.path, json, b'{"region": "EUROPE"}')
    yield read("/v2/vehicles?no_such_parameter=1&page_size=2&page_size=3")
    yield read("/v2/vehicles?expand=user,trim")
    yield read(f"/v2/evses?page_after=evse{UNKNOWN}")
    yield read("/v2/vehicles/nonsense")
    yield read(f"/v2/vehicles/vhcl{UNKNOWN}", token="token-noscope")
    yield read("/v2" + foreign.path, token="token-user-a")
    yield read("/v2/evse_models", token="nonsense")
    basic = ("authorization", "Basic ZXZjb25mb3JtLWZ1bGw6ZnVsbC1zZWNyZXQ=")
    yield Message("POST", "/o/token/", (basic, ("content-type", FORM)), b"grant_type=client_credentials")
    limited = [operation for operation in client.model.operations if operation.role is Role.LIST]
    for operation in [*limited[:1] * 21, *client.model.operations]:  # the allowance is spent, then every path refused
        if operation.is_safe and (path := client.path_of(operation)):
            yield read("/v2" + path, *client.headers(operation).items(), token="token-limited")


def _list_odd_requests() -> Iterator[Message]:
    """Yield paths and queries that are spelled in odd ways, and headers that browsers add."""
    yield read("/v2/no_such_path")
    yield Message("GET", "/v2/no_such_path")
    yield read("/v2//vehicles")
    yield read("/v2/VEHICLES")
    yield read("/v2/vehicles?no_such_parameter=%FF")
    yield read("/v2/vehicles?no_such_parameter=" + "x" * 5000)
    yield read("/v2/vehicles", ("origin", "https://example.com"))
    yield read("/v2/vehicles/nonsense", ("accept-language", "de"))


def _list_special_filters(client: Client, operation: Operation) -> Iterator[Message]:
    """Yield filters with nothing, with the id of nothing, and with each of their values."""
    path = client.path_of(operation)
    for query_filter in operation.filters if path else ():
        parameter = operation.find_parameter(query_filter.parameter)
        values = ["", *(parameter.schema.get("enum", ()) if parameter else ())]
        resource = client.world.shape.resources.get(query_filter.by_id_of)
        if resource is not None and resource.prefix:
            values.append(resource.prefix + UNKNOWN)
        for value in values:
            yield read(f"/v2{path}?{query_filter.parameter}={value}", *client.headers(operation).items())


def _list_whole_pages(client: Client, operation: Operation) -> Iterator[Message]:
    """Yield one page that is exactly full, and one with an expansion of everything."""
    path = client.path_of(operation)
    size = operation.pagination.size if operation.pagination else ""
    total = client.world.store.count_records(operation.resource)
    if path and "{" not in operation.path and 1 <= total <= 100:
        yield read(f"/v2{path}?{size}={total}", *client.headers(operation).items())


def _list_variants_of_write(client: Client, operation: Operation) -> Iterator[Message]:
    """Yield the write with less and with more than a body should have, and what is beside it."""
    path, body = client.path_of(operation), client.body_for(operation)
    if path is None or not isinstance(body, dict) or operation.body is None:
        return
    headers = (("authorization", "Bearer token-full"), *client.headers(operation).items())
    typed = (*headers, ("content-type", operation.body.media[0].type))
    larger = {**body, "id": "x", "url": "y", "created_at": "z"}
    for sent in ({}, {**body, "no_such_property": 1}, larger, {name: {"": [0]} for name in body}):
        yield Message(operation.method, "/v2" + path, typed, msgspec.json.encode(sent))
    yield Message(operation.method, "/v2" + path, headers)
    for name, value in body.items():
        is_integer = isinstance(value, int) and not isinstance(value, bool)
        changed = {name: value + 3 if is_integer else value}
        yield Message(operation.method, "/v2" + path, typed, msgspec.json.encode(changed))
        yield Message(operation.method, "/v2" + path, typed, msgspec.json.encode(changed))
    if operation.method == "POST":
        yield read("/v2" + path, *client.headers(operation).items())
