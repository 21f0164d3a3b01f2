"""Facts of the whole API: its base path, the headers that all operations share, its scopes, its problem types."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from conformance.description import pointers
from conformance.description.operations import StatedOperation
from conformance.description.schemas import DocumentNode, Schemas
from conformance.model import Location

_PROBLEMS = "/problems/"
_FIELD_ERRORS = "field_errors"


def find_base_path(document: Mapping[str, Any]) -> str:
    """Return the path of the first server, without a trailing slash."""
    return urlsplit(next(iter(list_server_urls(document)), "")).path.rstrip("/")


def list_server_urls(document: Mapping[str, Any]) -> list[str]:
    """Return the URLs of the servers, variables replaced by their defaults (OpenAPI 3.1.0, section 4.8.6)."""
    urls = []
    for server in document.get("servers") or ():
        url = str(server.get("url", ""))
        for name, variable in (server.get("variables") or {}).items():
            url = url.replace(f"{{{name}}}", str(variable.get("default", "")))
        urls.append(url)
    return urls


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


def list_token_schemes(schemas: Schemas) -> tuple[str, ...]:
    """Return the names of the security schemes that a bearer token satisfies (RFC 6750), sorted."""
    return tuple(sorted(name for name, scheme in _read_security_schemes(schemas) if _is_token_scheme(scheme)))


def has_client_credentials(schemas: Schemas) -> bool:
    """Return whether a security scheme documents the token endpoint of a client credentials flow."""
    flows = (scheme.get("flows") or {} for _, scheme in _read_security_schemes(schemas))
    return any((flow.get("clientCredentials") or {}).get("tokenUrl") for flow in flows)


def _read_security_schemes(schemas: Schemas) -> Iterator[tuple[str, DocumentNode]]:
    names = (schemas.document.get("components") or {}).get("securitySchemes") or {}
    for name in names:
        yield name, schemas.get_node(pointers.join("#/components/securitySchemes", name))


def _is_token_scheme(scheme: DocumentNode) -> bool:
    is_bearer = scheme.get("type") == "http" and str(scheme.get("scheme")).lower() == "bearer"
    return is_bearer or scheme.get("type") in {"oauth2", "openIdConnect"}


def has_field_errors(schemas: Schemas, operations: Iterable[StatedOperation]) -> bool:
    """Return whether the schema or an example of a documented error has the member `field_errors`."""
    locations = dict.fromkeys(
        pointers.join(response.pointer, "content", media.type)
        for operation in operations
        for response in operation.responses
        if response.status[:1] in {"4", "5"}
        for media in response.media
    )
    return any(_FIELD_ERRORS in _list_member_names(schemas, schemas.get_node(pointer)) for pointer in locations)


def _list_member_names(schemas: Schemas, media: DocumentNode) -> set[str]:
    """Return the members that the schema of a media type documents, or that an example of it shows."""
    schema = schemas.get_child(media, "schema")
    named = (schemas.get_child(media, "examples", name) for name in media.get("examples") or {})
    values = (
        media.get("example"),
        *(node.get("value") for node in named if node),
        *(schema.examples if schema else ()),
    )
    shown = {name for value in values if isinstance(value, dict) for name in value}
    return shown | {*(schemas.list_properties(schema) if schema else ())}
