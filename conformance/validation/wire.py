"""A request as it stands on the wire, judged by the compiled validators: path, query, headers and body."""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl, unquote

import msgspec

from conformance.model import Headers, Location, Operation, Request
from conformance.validation.errors import SchemaError
from conformance.validation.validators import Validators, schema_of

_PLACEHOLDER = re.compile(r"\{([^{}]+)\}")


def request_errors(validators: Validators, operation: Operation, request: Request) -> tuple[SchemaError, ...]:
    """What is wrong with a request by the operation's parameters and body; unknown parameters are not.

    `SchemaError.pointer` begins with the place: `path`, `path:NAME`, `query:NAME`, `header:NAME` or `body`, followed by
    the JSON pointer into it.
    """
    variables = path_variables(operation.path, request.target.partition("?")[0])
    if variables is None:
        return (_error("path", "path", operation.path, request.target),)
    faults = _parameter_errors(validators, operation, request, variables)
    return (*faults, *_body_errors(validators, operation, request))


def path_variables(template: str, path: str) -> dict[str, str] | None:
    """The decoded path parameters, None where the path is not of the template."""
    names, pattern = _template(template)
    found = pattern.fullmatch(path)
    return dict(zip(names, map(unquote, found.groups()), strict=True)) if found else None


@lru_cache(maxsize=1024)
def _template(template: str) -> tuple[list[str], re.Pattern[str]]:
    """The names of a template's parameters, and what its paths look like."""
    pieces = _PLACEHOLDER.split(template)
    pattern = "".join("([^/]*)" if index % 2 else re.escape(piece) for index, piece in enumerate(pieces))
    return pieces[1::2], re.compile(pattern)


def query_pairs(target: str) -> list[tuple[str, str]]:
    """The decoded query parameters of a request target, those without value too."""
    return parse_qsl(target.partition("?")[2], keep_blank_values=True)


def content_type(headers: Headers) -> str:
    """The content type in lower case with its parameters, empty where there is none."""
    return next((value.lower() for name, value in headers if name.lower() == "content-type"), "")


def _parameter_errors(
    validators: Validators, operation: Operation, request: Request, variables: Mapping[str, str]
) -> Iterator[SchemaError]:
    given = _given(request, variables)
    for parameter in operation.parameters:
        name = parameter.name.lower() if parameter.location is Location.HEADER else parameter.name
        if values := given.get((parameter.location, name)):
            for error in validators.parameter(parameter, values):
                place = f"{parameter.location}:{parameter.name}"
                yield msgspec.structs.replace(error, pointer=place + error.pointer)
        elif parameter.required:
            place = f"{parameter.location}:{parameter.name}"
            yield _error(place, "required", f"parameter {parameter.name}", "absent")


def _given(request: Request, variables: Mapping[str, str]) -> dict[tuple[Location, str], list[str]]:
    """The values that a request gives for parameters, by place and name; names of headers in lower case."""
    found = {(Location.PATH, name): [value] for name, value in variables.items()}
    for name, value in query_pairs(request.target):
        found.setdefault((Location.QUERY, name), []).append(value)
    for name, value in request.headers:
        found.setdefault((Location.HEADER, name.lower()), []).append(value)
    return found


def _body_errors(validators: Validators, operation: Operation, request: Request) -> Iterator[SchemaError]:
    if operation.body is None:
        return
    if not request.body:
        if operation.body.required:
            yield _error("body", "required", "a body", "absent")
        return
    media_type = content_type(request.headers)
    if not schema_of(operation.body.media, media_type):
        yield _error("body", "mediaType", " or ".join(each.type for each in operation.body.media), media_type or "none")
    elif media_type.partition(";")[0].strip() == "application/json":
        yield from _json_errors(validators, operation, request.body)


def _json_errors(validators: Validators, operation: Operation, body: bytes) -> Iterator[SchemaError]:
    try:
        value: Any = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        yield _error("body", "json", "JSON", str(error))
        return
    for each in validators.request_body(operation, "application/json", value) or ():
        yield msgspec.structs.replace(each, pointer="body" + each.pointer)


def _error(place: str, keyword: str, expected: str, actual: str) -> SchemaError:
    return SchemaError(place, f"{keyword}: expected {expected}, got {actual}", keyword, expected, actual, "")
