"""Operations as the description states them: parameters, bodies, responses, security. Nothing is guessed here."""

from collections.abc import Iterator
from typing import Any

import msgspec

from conformance.description import pointers
from conformance.description.schemas import DocumentNode, Schemas
from conformance.model import Body, HeaderSpec, Location, Media, Parameter, ResponseSpec, Security

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
_REDIRECTS = frozenset({"301", "302", "303", "307", "308", "3XX"})
_STYLES = {Location.PATH: "simple", Location.HEADER: "simple", Location.QUERY: "form", Location.COOKIE: "form"}


class StatedOperation(msgspec.Struct, frozen=True):
    """An operation as the description states it, before anything is derived.

    `response_schema` is the schema of its successful JSON body, if any.
    """

    key: str
    method: str
    path: str
    node: DocumentNode
    parameters: tuple[Parameter, ...]
    body: Body | None
    responses: tuple[ResponseSpec, ...]
    security: tuple[tuple[Security, ...], ...]
    response_schema: DocumentNode | None
    has_redirect: bool
    notes: tuple[str, ...]

    def find_query_parameter(self, name: str) -> Parameter | None:
        """Return the query parameter of that name, or None."""
        return next(
            (
                parameter
                for parameter in self.parameters
                if parameter.location is Location.QUERY and parameter.name == name
            ),
            None,
        )

    def find_header_parameter(self, name: str) -> Parameter | None:
        """Return the header parameter of that name, or None."""
        return next(
            (
                parameter
                for parameter in self.parameters
                if parameter.location is Location.HEADER and parameter.name == name
            ),
            None,
        )


def read_operations(schemas: Schemas) -> Iterator[StatedOperation]:
    """Yield every operation below `paths`, in document order."""
    known: dict[str, ResponseSpec] = {}
    for path, item in schemas.document["paths"].items():
        holder = schemas.follow_references(DocumentNode(item, pointers.join("#/paths", path)))
        for method in METHODS:
            node = schemas.get_child(holder, method)
            if node is not None:
                responses = tuple(_read_responses(schemas, node, known))
                yield _read_operation(schemas, f"{method.upper()} {path}", holder, node, responses)


def _read_operation(
    schemas: Schemas, key: str, holder: DocumentNode, node: DocumentNode, responses: tuple[ResponseSpec, ...]
) -> StatedOperation:
    method, _, path = key.partition(" ")
    parameters, notes = _read_parameters(schemas, key, holder, node)
    return StatedOperation(
        key=key,
        method=method,
        path=path,
        node=node,
        parameters=parameters,
        body=_read_body(schemas, node),
        responses=responses,
        security=_read_security(schemas, node),
        response_schema=_find_response_schema(schemas, responses),
        has_redirect=any(response.status in _REDIRECTS for response in responses),
        notes=notes,
    )


def _read_parameters(
    schemas: Schemas, key: str, *holders: DocumentNode
) -> tuple[tuple[Parameter, ...], tuple[str, ...]]:
    """Read the path's parameters and override them by the operation's; within one list the last one wins."""
    parameters: dict[tuple[str, str], Parameter] = {}
    notes: list[str] = []
    for holder in holders:
        listed: set[tuple[str, str]] = set()
        for index in range(len(holder.get("parameters") or ())):
            node = schemas.get_child(holder, "parameters", index)
            if node is None:
                continue
            name, place = str(node.get("name")), str(node.get("in"))
            identity = (name.lower() if place == "header" else name, place)
            if identity in listed:
                notes.append(f"{key}: the {place} parameter {name} is listed twice; the last one counts")
            elif identity in parameters:
                notes.append(f"{key}: the {place} parameter {name} is given for the path too; the operation's counts")
            listed.add(identity)
            parameters[identity] = _read_parameter(schemas, node)
    return tuple(parameters.values()), tuple(notes)


def _read_parameter(schemas: Schemas, node: DocumentNode) -> Parameter:
    location = Location(node.get("in"))
    content = node.get("content")
    schema = schemas.get_child(node, "schema") or (
        schemas.get_child(node, "content", next(iter(content)), "schema") if content else None
    )
    style = node.get("style") or _STYLES[location]
    return Parameter(
        name=node.value["name"],
        location=location,
        required=bool(node.get("required")),
        schema=dict(schema.value) if schema else {},
        style=style,
        explode=bool(node.value.get("explode", style == "form")),
    )


def _read_media(schemas: Schemas, holder: DocumentNode) -> tuple[Media, ...]:
    content = holder.get("content") or {}
    by_type = [(name, schemas.get_child(holder, "content", name, "schema")) for name in content]
    return tuple(Media(name, schema.pointer if schema else "") for name, schema in by_type)


def _read_body(schemas: Schemas, node: DocumentNode) -> Body | None:
    body = schemas.get_child(node, "requestBody")
    return Body(bool(body.get("required")), _read_media(schemas, body)) if body else None


def _read_responses(schemas: Schemas, node: DocumentNode, known: dict[str, ResponseSpec]) -> Iterator[ResponseSpec]:
    """Yield the documented responses; `known` keeps those that operations share, by pointer."""
    for status in node.get("responses") or {}:
        response = schemas.get_child(node, "responses", status)
        if response is None:
            continue
        if response.pointer not in known:
            headers = tuple(_read_headers(schemas, response))
            known[response.pointer] = ResponseSpec(status, _read_media(schemas, response), headers, response.pointer)
        yield msgspec.structs.replace(known[response.pointer], status=status)


def _read_headers(schemas: Schemas, response: DocumentNode) -> Iterator[HeaderSpec]:
    for name in response.get("headers") or {}:
        header = schemas.get_child(response, "headers", name)
        if header is not None and name.lower() != "content-type":
            schema = schemas.get_child(header, "schema")
            yield HeaderSpec(name, schema.pointer if schema else "", bool(header.get("required")))


def _read_security(schemas: Schemas, node: DocumentNode) -> tuple[tuple[Security, ...], ...]:
    """Return the operation's security requirements, or the root's if it has none of its own."""
    alternatives: list[dict[str, Any]] | None = node.get("security")
    if alternatives is None:
        alternatives = schemas.document.get("security") or []
    return tuple(
        tuple(Security(name, tuple(scopes)) for name, scopes in alternative.items()) for alternative in alternatives
    )


def is_json(media_type: str) -> bool:
    """Return whether a media type is JSON, problem documents excluded."""
    plain = media_type.partition(";")[0].strip().lower()
    return plain != "application/problem+json" and (plain == "application/json" or plain.endswith("+json"))


def _find_response_schema(schemas: Schemas, responses: tuple[ResponseSpec, ...]) -> DocumentNode | None:
    for response in sorted(responses, key=lambda response: response.status):
        for media in response.media:
            if response.status.startswith("2") and is_json(media.type) and media.schema:
                return schemas.get_node(media.schema)
    return None
