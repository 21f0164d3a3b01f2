"""openapi-core, built once over a description: the one place that knows its names.

The description is judged as given, except for what would stand in the way: servers (the operation is known), security
(credentials are added later) and `deprecated` (a warning each time).
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
from conformance.validation.wire import content_type, path_variables, query_pairs
from conformance.validation.writing import Deref, for_writing

FormatValidator = Callable[[Any], bool]

_HOST = "http://described"
_LONGEST = 300  # characters of an error: openapi-core quotes whole bodies
_METHODS = {"get", "put", "post", "delete", "options", "head", "patch", "trace"}


@dataclass(slots=True)
class _Asked:
    """A request as openapi-core's protocols want it, writable as they ask; `name` is read for webhooks alone."""

    method: str
    path_pattern: str
    parameters: RequestParameters
    content_type: str
    body: bytes
    name: str = ""
    host_url: str = _HOST
    path: str = ""


@dataclass(frozen=True)
class _Answered:
    """A response as openapi-core's protocols want it."""

    status_code: int
    headers: WireHeaders
    content_type: str
    data: bytes


class Judges:
    """The validators of one description. Each method returns error texts."""

    def __init__(self, document: Mapping[str, Any], deref: Deref) -> None:
        spec = SchemaPath.from_dict(_prepared(document))
        self._written = _prepared(for_writing(document, deref))
        self._requests: dict[str, V31RequestValidator] = {}  # by path: openapi-core looks through all of them each time
        self._responses = V31ResponseValidator(
            spec,
            format_validators=_formats(),
            extra_media_type_deserializers={"application/problem+json": json.loads},
        )
        self._webhooks = V31WebhookRequestValidator(spec, format_validators=_formats())

    def request(self, operation: Operation, request: Request) -> tuple[str, ...]:
        """Errors in path, query, header and body; a target that is not of the operation's path is one by itself."""
        target = request.target.partition("?")[0]
        variables = path_variables(operation.path, target)
        if variables is None:
            return (f"{target} is no {operation.path}",)
        return _texts(self._judge_at(operation.path).iter_errors(_asked(operation, request, variables)))

    def _judge_at(self, path: str) -> V31RequestValidator:
        if path not in self._requests:
            alone = {**self._written, "paths": {path: self._written["paths"][path]}}
            self._requests[path] = V31RequestValidator(SchemaPath.from_dict(alone), format_validators=_formats())
        return self._requests[path]

    def response(self, operation: Operation, request: Request, response: Response) -> tuple[str, ...]:
        """Errors in status, media type, body and headers."""
        answered = _Answered(
            status_code=response.status,
            headers=WireHeaders(response.headers),
            content_type=(response.header("content-type") or "").lower(),
            data=response.body,
        )
        return _texts(self._responses.iter_errors(_asked(operation, request, {}), answered))

    def webhook(self, name: str, headers: Headers, body: bytes) -> tuple[str, ...]:
        """Errors in the headers and body of a delivery."""
        sent = RequestParameters(header=WireHeaders(headers))
        return _texts(self._webhooks.iter_errors(_Asked("post", "", sent, content_type(headers), body, name)))


def _formats() -> dict[str, FormatValidator]:
    """All formats that are judged. Given whole, for what is given beside openapi-core's own is copied at each use."""
    own = OAS31Validator.FORMAT_CHECKER.checkers
    return {**{name: _guarded(check, raises) for name, (check, raises) in own.items()}, **SECOND_FORMATS}


def _guarded(check: FormatValidator, raises: type[Exception] | tuple[type[Exception], ...]) -> FormatValidator:
    def judged(value: Any) -> bool:
        try:
            return bool(check(value))
        except raises:
            return False

    return judged


def _asked(operation: Operation, request: Request, variables: Mapping[str, str]) -> _Asked:
    query = query_pairs(request.target)
    parameters = RequestParameters(
        query=ImmutableMultiDict(query), header=WireHeaders(request.headers), path=dict(variables)
    )
    method = operation.method.lower()
    return _Asked(method, operation.path, parameters, content_type(request.headers), request.body)


def _texts(errors: Iterable[Exception]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for error in errors for text in _told(error)))


def _told(error: Exception) -> Iterator[str]:
    """One text for each schema error behind an error of openapi-core, else that of its cause or its own."""
    schema_errors = tuple(getattr(error.__cause__, "schema_errors", ()))
    if not schema_errors:
        yield _text(error.__cause__ or error)[:_LONGEST]
    for each in schema_errors:
        yield f"{each.json_path}: {each.message}"[:_LONGEST]


def _text(error: BaseException) -> str:
    try:
        return str(error)
    except UnicodeDecodeError:  # it quotes bodies as UTF-8, whatever they are
        return type(error).__name__


def _prepared(document: Mapping[str, Any]) -> dict[str, Any]:
    kept = {key: value for key, value in document.items() if key != "security"}
    paths = {path: _prepared_item(item) for path, item in document.get("paths", {}).items()}
    hooks = {name: _prepared_item(item) for name, item in document.get("webhooks", {}).items()}
    return {**kept, "servers": [{"url": _HOST}], "paths": paths, "webhooks": hooks}


def _prepared_item(item: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key: _prepared_operation(value) if key in _METHODS else value for key, value in item.items() if key != "servers"
    }


def _prepared_operation(operation: Mapping[str, Any]) -> dict[str, Any]:
    kept = {key: value for key, value in operation.items() if key not in {"security", "servers", "deprecated"}}
    parameters = [_without_deprecation(each) for each in operation.get("parameters", ())]
    return {**kept, "parameters": parameters}


def _without_deprecation(parameter: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in parameter.items() if key != "deprecated"}
