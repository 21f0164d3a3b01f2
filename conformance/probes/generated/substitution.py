"""Generated cases as requests to a target, with known values in place of generated ones."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, quote, urlencode

import msgspec

from conformance.model import Request, ResourceModel
from conformance.probes.toolkit.calls import OperationCall

if TYPE_CHECKING:
    from strategies.case_pool import PooledCase


def build_case_request(pooled_case: "PooledCase", call: OperationCall, known: Mapping[str, Any], index: int) -> Request:
    """Return the request of a case with known values, except where the case is about the generated value."""
    case, operation = pooled_case.case, call.operation
    wrong = {pointer.partition("/")[0] for pointer in pooled_case.wrong}
    path, query = _build_target(case.request.target, call, wrong)
    headers = tuple(
        (name, dict(call.headers).get(name, value))
        for name, value in case.request.headers
        if f"header:{name}" in wrong or name.lower() != operation.user_header.lower() or name in dict(call.headers)
    )
    missing = tuple(
        pair for pair in call.headers if pair[0] not in dict(case.request.headers) and f"header:{pair[0]}" not in wrong
    )
    kept_names = {pointer.removeprefix("body/").partition("/")[0] for pointer in pooled_case.wrong}
    kept_names.add(case.note.partition(":")[0])
    body = _link_body(case.request.body, {n: v for n, v in known.items() if n not in kept_names}, index)
    return Request(
        operation.key,
        operation.method,
        path + (f"?{query}" if query else ""),
        (*headers, *missing),
        body,
        call.identity,
        fresh=True,
    )


def _build_target(target: str, call: OperationCall, wrong: set[str]) -> tuple[str, str]:
    path, _, query = target.partition("?")
    if not any(place.startswith("path") for place in wrong):
        path = call.path
    required = dict(call.query)
    if not required:
        return path, query
    pairs = [
        (name, required[name] if name in required and f"query:{name}" not in wrong else value)
        for name, value in parse_qsl(query, keep_blank_values=True)
    ]
    return path, urlencode(pairs, quote_via=quote, safe=":,")


def _link_body(body: bytes, known: Mapping[str, Any], index: int) -> bytes:
    """Return a JSON body with known values in place of generated ones; any other body unchanged."""
    if not body or not known:
        return body
    try:
        value = msgspec.json.decode(body)
    except msgspec.DecodeError:
        return body
    return msgspec.json.encode(substitute_existing(value, known, index))


def substitute_existing(value: Any, known: Mapping[str, Any], index: int) -> Any:
    """Return a JSON value with known values, by property name; `index` varies the choice."""
    if isinstance(value, list):
        return [substitute_existing(member, known, index) for member in value]
    if not isinstance(value, dict):
        return value
    return {
        name: known[name][index % len(known[name])]
        if name in known and isinstance(member, type(known[name][0]))
        else substitute_existing(member, known, index)
        for name, member in value.items()
    }


def has_body_with_embedded_object(body: bytes, model: ResourceModel, wrong: tuple[str, ...]) -> bool:
    """Return whether a JSON body embeds an object in place of a link (see `embedding`) and is not about that."""
    try:
        return bool(body) and has_embedded_object(msgspec.json.decode(body), model, wrong)
    except (msgspec.DecodeError, RecursionError):
        return False


def has_embedded_object(value: Any, model: ResourceModel, wrong: tuple[str, ...] = ()) -> bool:
    """Return whether a JSON value has an object in place of a link, except at the places in `wrong`.

    Schemas made for reading allow it, but nothing says what a server does with it.
    """
    links = {link.path.rpartition(".")[2].removesuffix("[]") for resource in model.resources for link in resource.links}

    def has_object_for_link(value: Any, at: str) -> bool:
        if isinstance(value, list):
            return any(has_object_for_link(member, f"{at}/{index}") for index, member in enumerate(value))
        members = value.items() if isinstance(value, dict) else ()
        return any(
            (name in links and isinstance(member, dict) and f"{at}/{name}" not in wrong)
            or has_object_for_link(member, f"{at}/{name}")
            for name, member in members
        )

    return has_object_for_link(value, "body")
