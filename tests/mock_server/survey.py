"""One long, fixed series of requests to a server, to compare the responses of two servers."""

import dataclasses
from collections.abc import Iterator
from itertools import pairwise, permutations
from typing import Any
from urllib.parse import quote

from conformance.mock_server import clock
from conformance.mock_server.filters import find_values
from conformance.mock_server.seeded_faults import UNKNOWN_ULID
from conformance.model import Filter, Operation, Operator, Role
from tests.mock_server.in_process_client import BASE, Client, RequestSpec
from tests.mock_server.write_survey import write_requests

METHODS = ("PUT", "DELETE", "PATCH", "POST")


def survey_requests(client: Client, focus: frozenset[str] | None, *, writes: bool) -> Iterator[RequestSpec]:  # noqa: C901, PLR0912
    """Yield requests to every operation; many more to those in focus (to a sample if none is).

    Writes come last, if at all.
    """
    model = client.model
    deep = [o for o in model.operations if (focus is None and o.key in _sample(client)) or (focus and o.key in focus)]
    for operation in model.operations:
        if operation.is_safe:
            yield from list(client.good(operation))[:1]
    if focus is None:
        yield from _undocumented_writes(client)
    for operation in deep:
        if operation.is_safe:
            yield from read_requests(client, operation)
    unsafe = [operation for operation in deep if not operation.is_safe] if writes else []
    for operation in unsafe:
        yield from write_requests(client, operation)
    for operation in unsafe:  # created once more, after what was deleted
        if operation.role is Role.CREATE:
            yield from list(client.good(operation))[:1]
    if writes and not unsafe:  # something is created twice, then looked for
        for operation in model.operations:
            if operation.role is Role.CREATE:
                yield from 2 * list(client.good(operation))[:1]
            elif operation.role is Role.UPDATE and operation.resource in {listing.resource for listing in deep}:
                yield from list(client.good(operation))[:1]
        for operation in deep:
            yield from read_whole_lists(client, operation)
            yield from _newest_filter_requests(client, operation)
    if focus and unsafe:
        for operation in deep:
            yield from read_whole_lists(client, operation) if operation.is_safe else ()
    if focus and writes:  # what was written is read again, and through what is near it
        for operation in model.operations:
            near = any(
                model.operations_by_key[key].group == operation.group for key in focus if key in model.operations_by_key
            )
            if near and operation.role in {Role.ITEM, Role.SINGLETON, Role.LIST} and operation.key not in focus:
                yield from read_around(client, operation)


def _undocumented_writes(client: Client) -> Iterator[RequestSpec]:
    """Yield a PUT to every path that documents reads and other writes."""
    methods: dict[str, set[str]] = {}
    for operation in client.model.operations:
        methods.setdefault(operation.path, set()).add(operation.method)
    for operation in client.model.operations:
        if operation.method == "GET" and len(methods[operation.path]) > 1 and "PUT" not in methods[operation.path]:
            yield from (dataclasses.replace(request, method="PUT") for request in list(client.good(operation))[:1])


def read_whole_lists(client: Client, operation: Operation) -> Iterator[RequestSpec]:
    """Yield good requests to an operation, with as many items as a page may hold."""
    size = operation.pagination.size if operation.pagination else ""
    for request in client.good(operation):
        joint = "&" if "?" in request.target else "?"
        yield dataclasses.replace(request, target=f"{request.target}{joint}{size}=100") if size else request


def _sample(client: Client) -> frozenset[str]:
    """Return a dozen operations of every role, the same for each description."""
    keys_by_kind: dict[str, list[str]] = {}
    for operation in client.model.operations:
        keys_by_kind.setdefault(f"{operation.role}{bool(operation.filters)}{bool(operation.expansions)}", []).append(
            operation.key
        )
    return frozenset(keys[0] for keys in keys_by_kind.values())


def read_around(client: Client, operation: Operation) -> Iterator[RequestSpec]:
    """Yield a request for the last record of a list, and one for the list."""
    for request in client.good(operation):
        yield dataclasses.replace(request, target=request.target)
        break
    if operation.role is Role.ITEM:
        path = client.path_of(operation, 10**6)
        if path:
            yield RequestSpec(operation, "GET", path)


def read_requests(client: Client, operation: Operation) -> Iterator[RequestSpec]:  # noqa: C901, PLR0912
    good = list(client.good(operation))
    yield from good
    if not good:
        return
    yield from client.bad(operation)
    first = good[0]
    yield from _method_and_token_variants(client, operation, first)
    yield _extend_query(first, "never_heard_of=1")
    yield _extend_query(first, "access_token=x&expand=nope.nope")
    if operation.user_header:
        yield dataclasses.replace(first, headers={})
        for position in (0, 1):
            user = client.records(client.world.shape.user_resource)[position].key
            as_user = dataclasses.replace(first, headers={**first.headers, operation.user_header.lower(): user})
            yield as_user
            paging, known = operation.pagination, client.records(operation.resource)
            if paging and paging.after and known:
                yield _extend_query(as_user, f"{paging.after}={known[0].key}")
            for named in (user, f"{BASE}/users/{user}"):
                headers = {**first.headers, operation.user_header.lower(): named}
                yield dataclasses.replace(first, headers=headers, token="token-user-a")
    for expansion in operation.expansions:
        yield _extend_query(first, f"expand={expansion.path}&expand={expansion.path}")
        yield _extend_query(first, f"expand={expansion.path}", token="token-user-b")
    for position in (1, 2, 3):
        path = client.path_of(operation, position)
        if path:
            yield dataclasses.replace(
                first, target=path + ("?" + "&".join(client.required_query(operation))).rstrip("?")
            )
            for token in ("token-user-a", "token-user-b"):
                yield RequestSpec(operation, "GET", path, token=token, headers=first.headers)
            for expansion in operation.expansions:
                yield RequestSpec(operation, "GET", f"{path}?expand={expansion.path}", headers=first.headers)
    if operation.role is Role.ITEM:
        path, resource = client.path_of(operation), client.world.shape.resources.get(operation.resource)
        if path and resource and resource.prefix:
            unknown = f"{path.rpartition('/')[0]}/{resource.prefix}{UNKNOWN_ULID}"
            yield RequestSpec(operation, "GET", unknown, token="token-user-a", headers=first.headers)
        yield from _near_miss_requests(client, operation)
    if operation.pagination:
        yield from _page_requests(client, operation, first)
    if operation.filters:
        yield from _filter_requests(client, operation, first)
        yield from _joint_filter_requests(client, operation, first)
    if operation.ordering:
        yield from _ordering_requests(operation, first)
    if operation.role is Role.REDIRECT:
        for kind in ("make", "model"):
            makes = client.records(f"{operation.path[1:].partition('_')[0]}_{kind}s")
            if makes:
                yield _extend_query(first, f"{kind}_id={makes[0].key}&response_type=json")


def _extend_query(first: RequestSpec, text: str, **changes: Any) -> RequestSpec:
    joint = "&" if "?" in first.target else "?"
    return dataclasses.replace(first, target=first.target + joint + text, **changes)


_UNNEEDED_HEADERS = (
    ("accept", "image/avif, application/*;q=0.8"),
    ("range", "bytes=0-9"),
    ("origin", "https://evconform.invalid"),
    ("if-none-match", '"never-issued"'),
    ("if-modified-since", "Sat, 01 Jan 2000 00:00:00 GMT"),
    ("accept", "application/*;q=0.8"),
    ("accept-language", "de-CH"),
    ("range", "rows=0-1"),
    ("content-type", "application/json"),
)


def _respell(target: str) -> Iterator[str]:
    """Yield other spellings of a request target."""
    path, mark, query = target.partition("?")
    first, slash, rest = path[1:].partition("/")
    for odd in (f"{path}/", f"/{path}", f"/{first.upper()}{slash}{rest}", f"{path};x=1"):
        yield odd + mark + query


def _odd_variants(first: RequestSpec) -> Iterator[RequestSpec]:
    """Yield a good request with headers and queries that are legal and odd."""
    for name, value in _UNNEEDED_HEADERS:
        yield dataclasses.replace(first, headers={**first.headers, name: value})
    for query in ("x=%FF", "x=" + "y" * 3000, "x=1&x=1", "x='"):
        yield _extend_query(first, query)
    for scheme in ("bearer", "BEARER"):
        yield dataclasses.replace(first, token="", headers={**first.headers, "authorization": f"{scheme} token-full"})


def _method_and_token_variants(client: Client, operation: Operation, first: RequestSpec) -> Iterator[RequestSpec]:
    yield dataclasses.replace(first, method="HEAD")
    served = {
        served_operation.method
        for served_operation in client.model.operations
        if served_operation.path == operation.path
    }
    for method in METHODS:
        if method not in served:
            yield dataclasses.replace(first, method=method)
    for token in ("", "token-noscope"):
        for method in ("HEAD", "OPTIONS"):
            yield dataclasses.replace(first, method=method, token=token)
        yield from (dataclasses.replace(first, target=target, token=token) for target in _respell(first.target))
        yield dataclasses.replace(first, headers={**first.headers, "x-forwarded-for": "127.0.0.1"}, token=token)
    yield from _odd_variants(first)
    yield dataclasses.replace(first, target="/evconform-unknown")
    yield dataclasses.replace(first, target="/evconform-unknown/x/y")
    yield dataclasses.replace(first, method="TRACE")
    for name in ("x-http-method-override", "x-http-method", "x-method-override"):
        for method in ("HEAD", "POST"):
            headers = {**first.headers, name: method}
            yield dataclasses.replace(first, headers=headers, token="token-readonly")
    for token in ("token-user-a", "token-user-b", "token-readonly", "nobody-issued-this"):
        yield dataclasses.replace(first, token=token)
    yield dataclasses.replace(first, token="", headers={**first.headers, "authorization": "Token token-full"})
    yield _extend_query(first, "access_token=token-full", token="")
    yield dataclasses.replace(first, token="", headers={**first.headers, "cookie": "token=token-full"})
    yield dataclasses.replace(first, headers={**first.headers, "evenergy-version": "2"})


def _ordering_requests(operation: Operation, first: RequestSpec) -> Iterator[RequestSpec]:
    ordering = operation.ordering
    assert ordering is not None
    for field in ordering.fields:
        yield _extend_query(first, f"{ordering.parameter}={field}")
        yield _extend_query(first, f"{ordering.parameter}=-{field}")
        if operation.pagination:
            yield _extend_query(first, f"{ordering.parameter}=-{field}&{operation.pagination.size}=2")


def _near_miss_requests(client: Client, operation: Operation) -> Iterator[RequestSpec]:
    path = client.path_of(operation)
    if path is None:
        return
    head, _, real_key = path.rpartition("/")
    keys = [
        "evse" + real_key[4:],
        real_key.lower(),
        real_key + "%0A",
        real_key[:5] + "%00" + real_key[6:],
        real_key + "0",
        real_key[:-1],
        real_key[:4] + UNKNOWN_ULID,
    ]
    keys.append(real_key[:4] + real_key[4:].replace("0", "O", 1).replace("1", "I", 1))
    for key in keys:
        yield RequestSpec(operation, "GET", f"{head}/{key}")


def _page_requests(client: Client, operation: Operation, first: RequestSpec) -> Iterator[RequestSpec]:
    paging = operation.pagination
    assert paging is not None
    joint = "&" if "?" in first.target else "?"
    keys = [record.key for record in client.records(operation.resource)]
    expand = f"&expand={operation.expansions[0].path}" if operation.expansions else ""
    queries = [f"{paging.size}={size}" for size in (1, 3, 50, 100, 0, 101, -1, "x")] if paging.size else []
    if paging.page:
        queries += [f"{paging.page}={page}" for page in (2, 3, 0, -1, 999, 10**21, "x")]
        queries += [f"{paging.page}=2{expand}"]
        if paging.size and 0 < len(keys) <= paging.max_size:  # a last page that is full, and the one behind it
            queries += [f"{paging.size}={len(keys)}", f"{paging.size}={len(keys)}&{paging.page}=2"]
    elif len(keys) > 4:
        for place in (2, 24, 49, len(keys) - 2, len(keys) - 1):
            if place < len(keys):
                queries.append(f"{paging.after}={keys[place]}")
                queries.append(f"{paging.before}={keys[place]}")
                queries.append(f"{paging.after}={keys[place]}{expand}")
        queries.append(f"{paging.after}={keys[2]}&{paging.before}={keys[3]}")
        queries += [f"{paging.after}={cursor}" for cursor in ("nonsense", "xmpl" + UNKNOWN_ULID)]
    for query in queries:
        yield dataclasses.replace(first, target=first.target + joint + query)


def _filter_requests(client: Client, operation: Operation, first: RequestSpec) -> Iterator[RequestSpec]:  # noqa: C901
    joint = "&" if "?" in first.target else "?"
    records = client.records(operation.resource)
    size = operation.pagination.size if operation.pagination else ""
    wide = f"&{size}=100" if size else ""
    for criterion in operation.filters:
        values = [
            v for record in records for v in (find_values(record.data, criterion.field) if criterion.field else [])
        ]
        written = [str(v).rpartition("/")[2] if criterion.by_id_of else str(v) for v in values if v is not None]
        texts_of_values = list(dict.fromkeys(written))
        short = sorted(texts_of_values, key=len)[:2]
        texts = texts_of_values[:2] + short + ["%00"]
        if criterion.operator is Operator.ISNULL:
            texts = ["true", "false", "x"]
        elif criterion.operator is Operator.IN:
            texts = [",".join(texts_of_values[part]) for part in (slice(2), slice(3), slice(2, 5))]
        elif criterion.operator is Operator.RANGE:
            texts = [f"{min(texts_of_values)},{max(texts_of_values)}" if texts_of_values else "x", "x"]
        elif texts_of_values and clock.parse_time(texts_of_values[0]):
            texts += [
                texts_of_values[len(texts_of_values) // 2].replace("Z", zone) for zone in ("%2B02:00", "-02:00")
            ] + ["x"]
            texts += list(_near_times(texts_of_values[:3]))
        texts += [part for text in texts_of_values[:2] if "@" in text for part in (text.upper(), text[:-1])]
        texts += _documented_words(operation, criterion.parameter)
        for text in texts:
            for token in ("token-full", "token-user-a"):
                yield dataclasses.replace(
                    first, target=f"{first.target}{joint}{criterion.parameter}={text}{wide}", token=token
                )
        if operation.ordering and written and criterion.operator is Operator.EQ:
            often = max(texts_of_values, key=written.count)
            for field in operation.ordering.fields:
                order = f"{operation.ordering.parameter}=-{field}"
                yield dataclasses.replace(first, target=f"{first.target}{joint}{criterion.parameter}={often}&{order}")
        if operation.pagination and operation.pagination.size and texts_of_values:
            page = f"{criterion.parameter}={texts[0]}&{operation.pagination.size}=1"
            yield dataclasses.replace(first, target=f"{first.target}{joint}{page}")
            if operation.pagination.after and records:
                more = f"{page}&{operation.pagination.after}={records[0].key}"
                yield dataclasses.replace(first, target=f"{first.target}{joint}{more}")
                break_ = f"{criterion.parameter}={texts[0]}&{operation.pagination.after}={records[0].key}"
                yield dataclasses.replace(first, target=f"{first.target}{joint}{break_}")
            elif operation.pagination.page:
                yield dataclasses.replace(first, target=f"{first.target}{joint}{page}&{operation.pagination.page}=2")


def _joint_filter_requests(client: Client, operation: Operation, first: RequestSpec) -> Iterator[RequestSpec]:
    """Yield a list with two neighbouring filters by equality, of two records, and with all of them, of one record."""
    records = client.records(operation.resource)[:2]
    conditions_by_record = [
        {
            criterion.parameter: f"{criterion.parameter}={_write_filter_value(criterion, values[0])}"
            for criterion in operation.filters
            if criterion.operator is Operator.EQ and criterion.field
            if (values := [value for value in find_values(record.data, criterion.field) if value is not None])
        }
        for record in records
    ]
    for one, other in permutations(conditions_by_record):
        for (_, condition), (name, own) in pairwise(one.items()):
            yield _extend_query(first, f"{condition}&{other.get(name, own)}")
    for conditions in conditions_by_record:
        yield _extend_query(first, "&".join(conditions.values())) if len(conditions) > 1 else first


def _write_filter_value(criterion: Filter, value: Any) -> str:
    """Return a value as the query has it; a link by its URL, or by its id where the filter takes ids."""
    text = str(value)
    if criterion.by_id_of:
        return text.rpartition("/")[2]
    return quote(BASE + text if text.startswith("/") else text)


def _near_times(times: list[str]) -> Iterator[str]:
    """Yield the times a microsecond before and after each of these."""
    for text in times:
        moment = clock.parse_time(text)
        if moment is not None:
            yield from (clock.format_time(moment + distance) for distance in (-1, 1))


def _documented_words(operation: Operation, name: str) -> list[str]:
    """Return the values that a parameter documents, where they can be counted."""
    parameter = operation.find_parameter(name)
    schema = parameter.schema if parameter else {}
    return ["true", "false"] if schema.get("type") == "boolean" else [str(word) for word in schema.get("enum", ())]


def _newest_filter_requests(client: Client, operation: Operation) -> Iterator[RequestSpec]:
    """Yield filters by equality with what the newest record holds."""
    records = client.records(operation.resource)
    for criterion in operation.filters if records else ():
        values = find_values(records[-1].data, criterion.field) if criterion.field else []
        for value in values if criterion.operator is Operator.EQ else ():
            text = str(value).rpartition("/")[2] if criterion.by_id_of else str(value)
            for request in list(client.good(operation))[:1]:
                yield _extend_query(request, f"{criterion.parameter}={text}")
