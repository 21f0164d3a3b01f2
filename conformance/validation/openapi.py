"""openapi-core, built once for a description; no other module uses its names.

The description is used as given, except for servers (the operation is known), security (credentials are added later)
and `deprecated` (a warning each time).
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from jsonschema_path import SchemaPath
from openapi_core import V31RequestValidator, V31ResponseValidator, V31WebhookRequestValidator
from openapi_core.datatypes import RequestParameters
from openapi_schema_validator import OAS31Validator
from werkzeug.datastructures import Headers as WireHeaders
from werkzeug.datastructures import ImmutableMultiDict

from conformance.model import Headers, Operation, Request, Response
from conformance.validation.formats import SECOND_FORMATS
from conformance.validation.read_only import Dereference, relax_read_only
from conformance.validation.requests import parse_path_variables, parse_query, read_content_type

FormatValidator = Callable[[Any], bool]

_HOST = "http://described"
_MAX_LENGTH = 300  # characters of an error, since openapi-core quotes whole bodies
_METHODS = {"get", "put", "post", "delete", "options", "head", "patch", "trace"}


@dataclass(slots=True)
class _PreparedRequest:
    """A request as openapi-core's protocols require it, mutable because they are; `name` is read for webhooks only."""

    method: str
    path_pattern: str
    parameters: RequestParameters
    content_type: str
    body: bytes
    name: str = ""
    host_url: str = _HOST
    path: str = ""


@dataclass(frozen=True)
class _PreparedResponse:
    """A response as openapi-core's protocols require it."""

    status_code: int
    headers: WireHeaders
    content_type: str
    data: bytes


class OpenApiValidators:
    """The openapi-core validators of one description. Each method returns error texts."""

    def __init__(self, document: Mapping[str, Any], deref: Dereference) -> None:
        spec = SchemaPath.from_dict(_prepare_document(document))
        self._request_document = _prepare_document(relax_read_only(document, deref))
        self._requests: dict[
            str, V31RequestValidator
        ] = {}  # by path, since openapi-core searches all paths at each use
        self._responses = V31ResponseValidator(
            spec,
            format_validators=_build_formats(),
            extra_media_type_deserializers={"application/problem+json": json.loads},
        )
        self._webhooks = V31WebhookRequestValidator(spec, format_validators=_build_formats())

    def validate_request(self, operation: Operation, request: Request) -> tuple[str, ...]:
        """Return the errors in path, query, header and body; a target that does not match the path is an error."""
        target = request.target.partition("?")[0]
        variables = parse_path_variables(operation.path, target)
        if variables is None:
            return (f"{target} does not match {operation.path}",)
        return _format_errors(
            self._validator_at(operation.path).iter_errors(_prepare_request(operation, request, variables))
        )

    def _validator_at(self, path: str) -> V31RequestValidator:
        if path not in self._requests:
            alone = {**self._request_document, "paths": {path: self._request_document["paths"][path]}}
            self._requests[path] = V31RequestValidator(SchemaPath.from_dict(alone), format_validators=_build_formats())
        return self._requests[path]

    def validate_response(self, operation: Operation, request: Request, response: Response) -> tuple[str, ...]:
        """Return the errors in status, media type, body and headers."""
        prepared_response = _PreparedResponse(
            status_code=response.status,
            headers=WireHeaders(response.headers),
            content_type=(response.find_header("content-type") or "").lower(),
            data=response.body,
        )
        return _format_errors(self._responses.iter_errors(_prepare_request(operation, request, {}), prepared_response))

    def validate_delivery(self, name: str, headers: Headers, body: bytes) -> tuple[str, ...]:
        """Return the errors in the headers and body of a delivery."""
        parameters = RequestParameters(header=WireHeaders(headers))
        return _format_errors(
            self._webhooks.iter_errors(_PreparedRequest("post", "", parameters, read_content_type(headers), body, name))
        )


def _build_formats() -> dict[str, FormatValidator]:
    """Return all formats that are asserted.

    The result replaces openapi-core's own formats, since additional ones would be copied at each use.
    """
    checkers = OAS31Validator.FORMAT_CHECKER.checkers
    return {**{name: _guard_check(check, raises) for name, (check, raises) in checkers.items()}, **SECOND_FORMATS}


def _guard_check(check: FormatValidator, raises: type[Exception] | tuple[type[Exception], ...]) -> FormatValidator:
    def check_safely(value: Any) -> bool:
        try:
            return bool(check(value))
        except raises:
            return False

    return check_safely


def _prepare_request(operation: Operation, request: Request, variables: Mapping[str, str]) -> _PreparedRequest:
    query = parse_query(request.target)
    parameters = RequestParameters(
        query=ImmutableMultiDict(query), header=WireHeaders(request.headers), path=dict(variables)
    )
    method = operation.method.lower()
    return _PreparedRequest(method, operation.path, parameters, read_content_type(request.headers), request.body)


def _format_errors(errors: Iterable[Exception]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for error in errors for text in _format_error(error)))


def _format_error(error: Exception) -> Iterator[str]:
    """Yield one text for each schema error behind an error of openapi-core, else that of its cause or its own."""
    schema_errors = tuple(getattr(error.__cause__, "schema_errors", ()))
    if not schema_errors:
        yield _format_exception(error.__cause__ or error)[:_MAX_LENGTH]
    for schema_error in schema_errors:
        yield f"{schema_error.json_path}: {schema_error.message}"[:_MAX_LENGTH]


def _format_exception(error: BaseException) -> str:
    try:
        return str(error)
    except UnicodeDecodeError:  # openapi-core decodes any body as UTF-8
        return type(error).__name__


def _prepare_document(document: Mapping[str, Any]) -> dict[str, Any]:
    kept = {key: value for key, value in document.items() if key != "security"}
    paths = {path: _prepare_item(item) for path, item in document.get("paths", {}).items()}
    webhooks = {name: _prepare_item(item) for name, item in document.get("webhooks", {}).items()}
    return {**kept, "servers": [{"url": _HOST}], "paths": paths, "webhooks": webhooks}


def _prepare_item(item: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key: _prepare_operation(value) if key in _METHODS else value for key, value in item.items() if key != "servers"
    }


def _prepare_operation(operation: Mapping[str, Any]) -> dict[str, Any]:
    kept = {key: value for key, value in operation.items() if key not in {"security", "servers", "deprecated"}}
    parameters = [_remove_deprecation(parameter) for parameter in operation.get("parameters", ())]
    return {**kept, "parameters": parameters}


def _remove_deprecation(parameter: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in parameter.items() if key != "deprecated"}
