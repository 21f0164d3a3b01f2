"""Facts of the whole API: its base path, the headers that all operations share, its scopes, its problem types."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from conformance.description import pointers
from conformance.description.operations import StatedOperation
from conformance.description.schemas import Schemas
from conformance.model import Location

_PROBLEMS = "/problems/"


def find_base_path(document: Mapping[str, Any]) -> str:
    """Return the path of the first server, without a trailing slash."""
    servers = document.get("servers") or [{"url": ""}]
    return urlsplit(str(servers[0].get("url", ""))).path.rstrip("/")


def find_problem_base(schemas: Schemas, operations: Iterable[StatedOperation]) -> str:
    """Return the URL below which problem types stand, read from examples of problem documents; empty without any."""
    bases = Counter(
        str(value).partition(_PROBLEMS)[0] + _PROBLEMS
        for operation in operations
        for value in _find_problem_types(schemas, operation)
        if _PROBLEMS in str(value)
    )
    return bases.most_common(1)[0][0] if bases else ""


def _find_problem_types(schemas: Schemas, operation: StatedOperation) -> Iterator[Any]:
    """Yield example values of `type`, given for the property, for the whole schema or for the response."""
    for response in operation.responses:
        content = schemas.get_node(response.pointer).get("content") or {}
        for name in content.keys() & {"application/problem+json"}:
            media = schemas.get_node(pointers.join(response.pointer, "content", name))
            schema = schemas.get_child(media, "schema")
            type_property = schemas.list_properties(schema).get("type") if schema else None
            yield from schemas.follow_references(type_property).examples if type_property else ()
            examples = (media.get("examples") or {}).values()
            documents = [
                *(schema.examples if schema else ()),
                media.get("example"),
                *(example.get("value") for example in examples),
            ]
            yield from (document["type"] for document in documents if isinstance(document, dict) and "type" in document)


def find_common_header(operations: Iterable[StatedOperation], suffix: str) -> str:
    """Return the name of the most common request header whose name ends with `suffix`; empty without any."""
    names = Counter(
        parameter.name
        for operation in operations
        for parameter in operation.parameters
        if parameter.location is Location.HEADER and parameter.name.lower().endswith(suffix)
    )
    return names.most_common(1)[0][0] if names else ""


def list_scopes(document: Mapping[str, Any]) -> tuple[str, ...]:
    """Return every scope that a flow of a security scheme defines, sorted."""
    schemes = document.get("components", {}).get("securitySchemes", {})
    flows = [flow for scheme in schemes.values() for flow in scheme.get("flows", {}).values()]
    return tuple(sorted({scope for flow in flows for scope in flow.get("scopes", {})}))
