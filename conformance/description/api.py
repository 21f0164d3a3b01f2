"""What holds for the whole API: where it lives, the headers all operations share, its scopes, its problem types."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from conformance.description import pointers
from conformance.description.operations import Stated
from conformance.description.schemas import Schemas
from conformance.model import Location

_PROBLEMS = "/problems/"


def base_path(document: Mapping[str, Any]) -> str:
    """The path of the first server, without a last slash."""
    servers = document.get("servers") or [{"url": ""}]
    return urlsplit(str(servers[0].get("url", ""))).path.rstrip("/")


def problem_base(schemas: Schemas, operations: Iterable[Stated]) -> str:
    """The URL that problem types stand under, out of the examples of problem documents; empty without any."""
    bases = Counter(
        str(value).partition(_PROBLEMS)[0] + _PROBLEMS
        for operation in operations
        for value in _problem_types(schemas, operation)
        if _PROBLEMS in str(value)
    )
    return bases.most_common(1)[0][0] if bases else ""


def _problem_types(schemas: Schemas, operation: Stated) -> Iterator[Any]:
    """Example values of `type`, given for the property, for the whole schema or for the response."""
    for response in operation.responses:
        content = schemas.at(response.pointer).get("content") or {}
        for name in content.keys() & {"application/problem+json"}:
            media = schemas.at(pointers.join(response.pointer, "content", name))
            schema = schemas.child(media, "schema")
            kind = schemas.members(schema).get("type") if schema else None
            yield from schemas.follow(kind).examples if kind else ()
            given = (media.get("examples") or {}).values()
            wholes = [
                *(schema.examples if schema else ()),
                media.get("example"),
                *(each.get("value") for each in given),
            ]
            yield from (whole["type"] for whole in wholes if isinstance(whole, dict) and "type" in whole)


def header(operations: Iterable[Stated], end: str) -> str:
    """The commonest request header whose name ends so."""
    names = Counter(
        p.name
        for each in operations
        for p in each.parameters
        if p.location is Location.HEADER and p.name.lower().endswith(end)
    )
    return names.most_common(1)[0][0] if names else ""


def scopes(document: Mapping[str, Any]) -> tuple[str, ...]:
    """Every scope that a flow of a security scheme defines, sorted."""
    schemes = document.get("components", {}).get("securitySchemes", {})
    flows = [flow for scheme in schemes.values() for flow in scheme.get("flows", {}).values()]
    return tuple(sorted({scope for flow in flows for scope in flow.get("scopes", {})}))
