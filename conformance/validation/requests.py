"""A request as sent on the wire, validated by the compiled validators: path, query, headers and body."""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl, unquote

import msgspec

from conformance.model import Headers, Location, Operation, Request
from conformance.validation.errors import SchemaError
from conformance.validation.validators import SchemaValidators, find_media_schema

_PLACEHOLDER = re.compile(r"\{([^{}]+)\}")


def validate_request(validators: SchemaValidators, operation: Operation, request: Request) -> tuple[SchemaError, ...]:
    """Return the errors of a request by the operation's parameters and body; unknown parameters are no errors.

    `SchemaError.pointer` begins with the place: `path`, `path:NAME`, `query:NAME`, `header:NAME` or `body`, followed by
    the JSON pointer into it.
    """
    variables = parse_path_variables(operation.path, request.target.partition("?")[0])
    if variables is None:
        return (_build_error("path", "path", operation.path, request.target),)
    parameter_errors = _validate_parameters(validators, operation, request, variables)
    return (*parameter_errors, *_validate_body(validators, operation, request))


def parse_path_variables(template: str, path: str) -> dict[str, str] | None:
    """Return the decoded path parameters, or None if the path does not match the template."""
    names, pattern = _compile_template(template)
    match = pattern.fullmatch(path)
    return dict(zip(names, map(unquote, match.groups()), strict=True)) if match else None


@lru_cache(maxsize=1024)
def _compile_template(template: str) -> tuple[list[str], re.Pattern[str]]:
    """Return the names of a template's parameters, and a pattern of its paths."""
    pieces = _PLACEHOLDER.split(template)
    pattern = "".join("([^/]*)" if index % 2 else re.escape(piece) for index, piece in enumerate(pieces))
    return pieces[1::2], re.compile(pattern)


def parse_query(target: str) -> list[tuple[str, str]]:
    """Return the decoded query parameters of a request target, including those without value."""
    return parse_qsl(target.partition("?")[2], keep_blank_values=True)


def is_ambiguous(request: Request, operation: Operation, place: str) -> bool:
    """Return whether servers may read a query parameter (`query:NAME`) in another way.

    By the custom of HTML forms a parameter without a value counts as absent, and of several values where one is
    expected many servers take the last.
    """
    location, _, name = place.partition(":")
    values = [value for key, value in parse_query(request.target) if key == name]
    parameter = operation.find_parameter(name) if location == Location.QUERY else None
    has_many = parameter is not None and parameter.schema.get("type") == "array"
    return location == Location.QUERY and ("" in values or (len(values) > 1 and not has_many))


def read_content_type(headers: Headers) -> str:
    """Return the content type in lower case with its parameters, empty if there is none."""
    return next((value.lower() for name, value in headers if name.lower() == "content-type"), "")


def _validate_parameters(
    validators: SchemaValidators, operation: Operation, request: Request, variables: Mapping[str, str]
) -> Iterator[SchemaError]:
    given = _collect_values(request, variables)
    for parameter in operation.parameters:
        name = parameter.name.lower() if parameter.location is Location.HEADER else parameter.name
        if values := given.get((parameter.location, name)):
            for error in validators.validate_parameter(parameter, values):
                place = f"{parameter.location}:{parameter.name}"
                yield msgspec.structs.replace(error, pointer=place + error.pointer)
        elif parameter.required:
            place = f"{parameter.location}:{parameter.name}"
            yield _build_error(place, "required", f"parameter {parameter.name}", "absent")


def _collect_values(request: Request, variables: Mapping[str, str]) -> dict[tuple[Location, str], list[str]]:
    """Return the parameter values of a request by place and name; names of headers in lower case."""
    values_by_place = {(Location.PATH, name): [value] for name, value in variables.items()}
    for name, value in parse_query(request.target):
        values_by_place.setdefault((Location.QUERY, name), []).append(value)
    for name, value in request.headers:
        values_by_place.setdefault((Location.HEADER, name.lower()), []).append(value)
    return values_by_place


def _validate_body(validators: SchemaValidators, operation: Operation, request: Request) -> Iterator[SchemaError]:
    if operation.body is None:
        return
    if not request.body:
        if operation.body.required:
            yield _build_error("body", "required", "a body", "absent")
        return
    media_type = read_content_type(request.headers)
    if not find_media_schema(operation.body.media, media_type):
        yield _build_error(
            "body", "mediaType", " or ".join(media.type for media in operation.body.media), media_type or "none"
        )
    elif media_type.partition(";")[0].strip() == "application/json":
        yield from _validate_json(validators, operation, request.body)


def _validate_json(validators: SchemaValidators, operation: Operation, body: bytes) -> Iterator[SchemaError]:
    try:
        value: Any = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        yield _build_error("body", "json", "JSON", str(error))
        return
    for schema_error in validators.validate_request_body(operation, "application/json", value) or ():
        yield msgspec.structs.replace(schema_error, pointer="body" + schema_error.pointer)


def _build_error(place: str, keyword: str, expected: str, actual: str) -> SchemaError:
    return SchemaError(place, f"{keyword}: expected {expected}, got {actual}", keyword, expected, actual, "")
