"""One long, fixed conversation with a server, for comparing two of them answer by answer."""

import dataclasses
import json
from collections.abc import Iterator
from typing import Any

from conformance.mock_server import clock
from conformance.mock_server.faulting import NEVER_THERE
from conformance.mock_server.filters import values_at
from conformance.model import Operation, Operator, Role
from tests.mock_server.wire import BASE, Ask, Client

METHODS = ("PUT", "DELETE", "PATCH", "POST")


def asks(client: Client, focus: frozenset[str] | None, *, writes: bool) -> Iterator[Ask]:  # noqa: C901, PLR0912
    """Requests to every operation; many more to those in focus (to a sample without). Writes come last, if at all."""
    model = client.model
    deep = [o for o in model.operations if (focus is None and o.key in _sample(client)) or (focus and o.key in focus)]
    for operation in model.operations:
        if operation.safe:
            yield from list(client.good(operation))[:1]
    for operation in deep:
        if operation.safe:
            yield from reading(client, operation)
    unsafe = [operation for operation in deep if not operation.safe] if writes else []
    for operation in unsafe:
        yield from writing(client, operation)
    for operation in unsafe:  # created once more, after what was deleted
        if operation.role is Role.CREATE:
            yield from list(client.good(operation))[:1]
    if writes and not unsafe:  # something is created twice, then looked for
        for operation in model.operations:
            if operation.role is Role.CREATE:
                yield from 2 * list(client.good(operation))[:1]
        for operation in deep:
            yield from whole(client, operation)
    if focus and writes:  # what was written is read again, and through what is near it
        for operation in model.operations:
            near = any(model.by_key[key].group == operation.group for key in focus if key in model.by_key)
            if near and operation.role in {Role.ITEM, Role.SINGLETON, Role.LIST} and operation.key not in focus:
                yield from creating_around(client, operation)


def whole(client: Client, operation: Operation) -> Iterator[Ask]:
    """Good requests to an operation, with as many items as a page may hold."""
    size = operation.pagination.size if operation.pagination else ""
    for ask in client.good(operation):
        joint = "&" if "?" in ask.target else "?"
        yield dataclasses.replace(ask, target=f"{ask.target}{joint}{size}=100") if size else ask


def vary(body: Any) -> Any:
    """Another valid body, near the given one: numbers a little lower, switches turned."""
    if isinstance(body, dict):
        return {name: vary(value) for name, value in body.items()}
    if isinstance(body, bool):
        return not body
    return body - 1 if isinstance(body, int) and body > 60 else body


def _sample(client: Client) -> frozenset[str]:
    """A dozen operations of every role, the same for each description."""
    found: dict[str, list[str]] = {}
    for operation in client.model.operations:
        found.setdefault(f"{operation.role}{bool(operation.filters)}{bool(operation.expansions)}", []).append(
            operation.key
        )
    return frozenset(keys[0] for keys in found.values())


def creating_around(client: Client, operation: Operation) -> Iterator[Ask]:
    """The last record of a list, and the list."""
    for ask in client.good(operation):
        yield dataclasses.replace(ask, target=ask.target)
        break
    if operation.role is Role.ITEM:
        path = client.path_of(operation, 10**6)
        if path:
            yield Ask(operation, "GET", path)


def reading(client: Client, operation: Operation) -> Iterator[Ask]:  # noqa: C901, PLR0912
    good = list(client.good(operation))
    yield from good
    if not good:
        return
    yield from client.bad(operation)
    first = good[0]

    def query(text: str, **changes: Any) -> Ask:
        joint = "&" if "?" in first.target else "?"
        return dataclasses.replace(first, target=first.target + joint + text, **changes)

    yield dataclasses.replace(first, method="HEAD")
    served = {each.method for each in client.model.operations if each.path == operation.path}
    for method in METHODS:
        if method not in served:
            yield dataclasses.replace(first, method=method)
    for token in ("token-user-a", "token-user-b", "token-readonly", "nobody-issued-this"):
        yield dataclasses.replace(first, token=token)
    yield dataclasses.replace(first, token="", headers={**first.headers, "authorization": "Token token-full"})
    yield query("access_token=token-full", token="")
    yield dataclasses.replace(first, token="", headers={**first.headers, "cookie": "token=token-full"})
    yield dataclasses.replace(first, headers={**first.headers, "evenergy-version": "2"})
    yield query("never_heard_of=1")
    yield query("access_token=x&expand=nope.nope")
    if operation.user_header:
        yield dataclasses.replace(first, headers={})
        for which in (0, 1):
            user = client.records(client.world.shape.principal)[which].key
            yield dataclasses.replace(first, headers={**first.headers, operation.user_header.lower(): user})
    for expansion in operation.expansions:
        yield query(f"expand={expansion.path}&expand={expansion.path}")
        yield query(f"expand={expansion.path}", token="token-user-b")
    for which in (1, 2, 3):
        path = client.path_of(operation, which)
        if path:
            yield dataclasses.replace(first, target=path + ("?" + "&".join(client.needed(operation))).rstrip("?"))
            for expansion in operation.expansions:
                yield Ask(operation, "GET", f"{path}?expand={expansion.path}", headers=first.headers)
    if operation.role is Role.ITEM:
        yield from _near_misses(client, operation)
    if operation.pagination:
        yield from _pages(client, operation, first)
    if operation.filters:
        yield from _filtered(client, operation, first)
    if operation.ordering:
        for field in operation.ordering.fields:
            yield query(f"{operation.ordering.parameter}={field}")
            yield query(f"{operation.ordering.parameter}=-{field}")
            if operation.pagination:
                yield query(f"{operation.ordering.parameter}=-{field}&{operation.pagination.size}=2")
    if operation.role is Role.REDIRECT:
        for kind in ("make", "model"):
            makes = client.records(f"{operation.path[1:].partition('_')[0]}_{kind}s")
            if makes:
                yield query(f"{kind}_id={makes[0].key}&response_type=json")


def _near_misses(client: Client, operation: Operation) -> Iterator[Ask]:
    path = client.path_of(operation)
    if path is None:
        return
    head, _, key = path.rpartition("/")
    others = [
        "evse" + key[4:],
        key.lower(),
        key + "%0A",
        key[:5] + "%00" + key[6:],
        key + "0",
        key[:-1],
        key[:4] + NEVER_THERE,
    ]
    others.append(key[:4] + key[4:].replace("0", "O", 1).replace("1", "I", 1))
    for other in others:
        yield Ask(operation, "GET", f"{head}/{other}")


def _pages(client: Client, operation: Operation, first: Ask) -> Iterator[Ask]:
    paging = operation.pagination
    assert paging is not None
    joint = "&" if "?" in first.target else "?"
    keys = [record.key for record in client.records(operation.resource)]
    expand = f"&expand={operation.expansions[0].path}" if operation.expansions else ""
    queries = [f"{paging.size}={size}" for size in (1, 3, 50, 100, 0, 101, -1, "x")] if paging.size else []
    if paging.page:
        queries += [f"{paging.page}={page}" for page in (2, 3, 0, -1, 999, "x")]
        queries += [f"{paging.page}=2{expand}"]
    elif len(keys) > 4:
        for place in (2, 24, 49, len(keys) - 2, len(keys) - 1):
            if place < len(keys):
                queries.append(f"{paging.after}={keys[place]}")
                queries.append(f"{paging.before}={keys[place]}")
                queries.append(f"{paging.after}={keys[place]}{expand}")
        queries.append(f"{paging.after}={keys[2]}&{paging.before}={keys[3]}")
        queries += [f"{paging.after}={other}" for other in ("nonsense", "xmpl" + NEVER_THERE)]
    for query in queries:
        yield dataclasses.replace(first, target=first.target + joint + query)


def _filtered(client: Client, operation: Operation, first: Ask) -> Iterator[Ask]:  # noqa: C901
    joint = "&" if "?" in first.target else "?"
    records = client.records(operation.resource)
    size = operation.pagination.size if operation.pagination else ""
    wide = f"&{size}=100" if size else ""
    for each in operation.filters:
        values = [v for record in records for v in (values_at(record.data, each.field) if each.field else [])]
        found = list(
            dict.fromkeys(str(v).rpartition("/")[2] if each.by_id_of else str(v) for v in values if v is not None)
        )
        short = sorted(found, key=len)[:2]
        texts = found[:2] + short + ["%00"]
        if each.operator is Operator.ISNULL:
            texts = ["true", "false", "x"]
        elif each.operator is Operator.IN:
            texts = [",".join(found[:2]), ",".join(found[2:5])]
        elif each.operator is Operator.RANGE:
            texts = [f"{min(found)},{max(found)}" if found else "x", "x"]
        elif found and clock.parse(found[0]):
            texts += [found[len(found) // 2].replace("Z", zone) for zone in ("%2B02:00", "-02:00")] + ["x"]
        for text in texts:
            for token in ("token-full", "token-user-a"):
                yield dataclasses.replace(
                    first, target=f"{first.target}{joint}{each.parameter}={text}{wide}", token=token
                )
        if operation.pagination and operation.pagination.size and found:
            page = f"{each.parameter}={texts[0]}&{operation.pagination.size}=1"
            yield dataclasses.replace(first, target=f"{first.target}{joint}{page}")
            if operation.pagination.after and records:
                more = f"{page}&{operation.pagination.after}={records[0].key}"
                yield dataclasses.replace(first, target=f"{first.target}{joint}{more}")
                break_ = f"{each.parameter}={texts[0]}&{operation.pagination.after}={records[0].key}"
                yield dataclasses.replace(first, target=f"{first.target}{joint}{break_}")
            elif operation.pagination.page:
                yield dataclasses.replace(first, target=f"{first.target}{joint}{page}&{operation.pagination.page}=2")


def writing(client: Client, operation: Operation) -> Iterator[Ask]:  # noqa: C901
    good = list(client.good(operation))
    if not good:
        return
    first = good[0]
    yield dataclasses.replace(first, token="token-readonly")
    yield dataclasses.replace(first, token="token-noscope")
    yield dataclasses.replace(first, token="token-user-b")  # before those whom a DELETE obeys
    yield dataclasses.replace(
        first, headers={k: v for k, v in first.headers.items() if k != operation.user_header.lower()}
    )
    yield dataclasses.replace(first, token="token-user-a")
    yield from client.bad(operation)
    body = client.body_for(operation)
    json_type = {**first.headers, "content-type": "application/json"}

    def send(data: Any) -> Ask:
        return dataclasses.replace(first, body=json.dumps(data).encode(), headers=json_type)

    def read() -> Iterator[Ask]:
        for other in client.model.operations:
            if other.safe and other.path == operation.path and other.role in {Role.ITEM, Role.SINGLETON, Role.LIST}:
                size = other.pagination.size if other.pagination else ""
                yield Ask(other, "GET", first.target.partition("?")[0] + (f"?{size}=100" if size else ""))

    if isinstance(body, dict):
        properties = _schema(client, operation).get("properties", {})
        yield from read()
        for name in body:
            yield send({name: body[name]} if operation.method == "PATCH" else body)
            yield from read()
        for each in operation.expansions:
            yield dataclasses.replace(send(body), target=f"{first.target}?expand={each.path}")
        for name, schema in properties.items():
            flat = client.world.nursery.flat(schema)
            wrong: list[Any] = [
                {"no": 1},
                [["no"]],
                "\x00",
                "\U0001f600",
                "x" * 5000,
                "not-an-id",
                BASE + "/nothing/" + NEVER_THERE,
            ]
            targets = client.server.api.writes._bodies.targets(operation, {name: 1}).get(name, ())
            wrong += [client.records(target)[0].key for target in targets[:1] if client.records(target)]
            wrong += [flat["maximum"] + 1] if "maximum" in flat else []
            deep: Any = 1
            for _ in range(60):
                deep = [deep]
            for value in [*wrong, deep]:
                yield send({**vary(body), name: value})
            yield from read()
        yield send({})
        for name in list(body):
            yield send({key: value for key, value in body.items() if key != name})
        for name, value in _read_only(client, operation).items():
            yield send({**body, name: value})
        yield from read()
    yield first
    yield from read()
    yield first
    yield from read()


def _schema(client: Client, operation: Operation) -> dict[str, Any]:
    media = operation.body.media[0] if operation.body else None
    return client.world.nursery.flat(client.world.description.resolve(media.schema)) if media and media.schema else {}


def _read_only(client: Client, operation: Operation) -> dict[str, Any]:
    """Other values for the fields that only the server sets."""
    resource = client.world.shape.resources.get(operation.resource)
    properties = client.world.schema_of(resource).get("properties", {}) if resource and resource.schema else {}
    found: dict[str, Any] = {}
    for name, schema in properties.items():
        flat = client.world.nursery.flat(schema)
        if flat.get("readOnly") and flat.get("type") in ("string", "integer"):
            found[name] = 7 if flat["type"] == "integer" else flat.get("enum", ["2001-01-01T00:00:00.000000Z"])[0]
    return found
