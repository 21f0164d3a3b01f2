"""The behaviour of openapi-core on which the harness relies."""

from dataclasses import dataclass, field

import pytest
from jsonschema_path import SchemaPath
from openapi_core import V31RequestValidator, V31ResponseValidator, V31WebhookRequestValidator
from openapi_core.datatypes import RequestParameters
from werkzeug.datastructures import Headers, ImmutableMultiDict

ANSWER = {
    "description": "",
    "headers": {"X-Rate": {"schema": {"type": "integer"}}},
    "content": {
        "application/json": {
            "schema": {
                "type": "object",
                "required": ["a"],
                "properties": {
                    "a": {"type": "string", "format": "date-time"},
                    "u": {"type": "string", "format": "uri"},
                },
            }
        }
    },
}
PARAMETERS = [
    {"name": "id", "in": "path", "required": True, "schema": {"type": "string", "pattern": "^a+$"}},
    {"name": "size", "in": "query", "schema": {"type": "integer", "maximum": 9}},
    {"name": "old", "in": "query", "deprecated": True, "schema": {"type": "string"}},
]
WRITE = {
    "parameters": PARAMETERS,
    "requestBody": {"required": True, "content": ANSWER["content"]},
    "responses": {"200": ANSWER, "204": {"description": ""}},
}
DOCUMENT = {
    "openapi": "3.1.0",
    "info": {"title": "t", "version": "1"},
    "servers": [{"url": "http://described"}],
    "paths": {"/things/{id}": {"post": WRITE}, "/things": {"post": {**WRITE, "parameters": []}}},
    "webhooks": {"thing.made": {"post": {"requestBody": WRITE["requestBody"], "responses": {}}}},
}
GOOD = b'{"a": "2024-01-01T00:00:00Z"}'


@dataclass
class Asked:
    path_pattern: str = "/things/{id}"
    parameters: RequestParameters = field(default_factory=lambda: RequestParameters(path={"id": "a"}))
    body: bytes = GOOD
    content_type: str = "application/json"
    method: str = "post"
    host_url: str = "http://described"
    path: str = ""
    name: str = "thing.made"


@dataclass
class Answered:
    data: bytes = GOOD
    status_code: int = 200
    content_type: str = "application/json"
    headers: Headers = field(default_factory=Headers)


def faults(validator, *arguments, document=DOCUMENT, **options):
    return list(validator(SchemaPath.from_dict(document), **options).iter_errors(*arguments))


def test_plain_objects_of_the_protocol_are_enough():
    assert faults(V31RequestValidator, Asked()) == []
    assert faults(V31ResponseValidator, Asked(), Answered()) == []
    assert faults(V31WebhookRequestValidator, Asked()) == []


def test_the_path_pattern_finds_the_operation_whatever_the_values():
    for value in ("a", "b/c", "\0", "é"):
        asked = Asked(parameters=RequestParameters(path={"id": value}))
        assert faults(V31ResponseValidator, asked, Answered()) == []
    assert faults(V31RequestValidator, Asked(path_pattern="/nothing"))


def test_given_path_parameters_are_validated():
    (error,) = faults(V31RequestValidator, Asked(parameters=RequestParameters(path={"id": "b"})))
    assert [schema_error.validator for schema_error in error.__cause__.schema_errors] == ["pattern"]


def test_schema_errors_stand_in_the_cause_with_json_paths():
    (error,) = faults(V31ResponseValidator, Asked(), Answered(b'{"a": "x", "b": 1}'))
    assert [(schema_error.json_path, schema_error.validator) for schema_error in error.__cause__.schema_errors] == [
        ("$.a", "format")
    ]


def test_iter_errors_reports_body_and_headers():
    errors = faults(V31ResponseValidator, Asked(), Answered(b"{}", headers=Headers([("x-rate", "many")])))
    assert len(errors) == 2


def test_iter_errors_reports_parameters_and_body():
    parameters = RequestParameters(path={"id": "b"}, query=ImmutableMultiDict([("size", "10")]))
    assert len(faults(V31RequestValidator, Asked(parameters=parameters, body=b"{}"))) == 3


@pytest.mark.parametrize("change", [{"content_type": "text/plain"}, {"body": b""}, {"body": b"{"}, {"body": b"[]"}])
def test_a_body_that_is_missing_unreadable_or_of_another_type_is_an_error(change):
    assert len(faults(V31RequestValidator, Asked(**change))) == 1


def test_an_unsatisfied_security_hides_every_other_error():
    scheme = {"oauth2": {"type": "http", "scheme": "bearer"}}
    secured = {**DOCUMENT, "security": [{"oauth2": []}], "components": {"securitySchemes": scheme}}
    (error,) = faults(V31RequestValidator, Asked(body=b"{}"), document=secured)
    assert "Security" in type(error).__name__


def test_deprecated_parameters_warn_only_where_they_are_marked():
    parameters = RequestParameters(path={"id": "a"}, query=ImmutableMultiDict([("old", "1")]))
    with pytest.warns(DeprecationWarning, match="old"):
        faults(V31RequestValidator, Asked(parameters=parameters))


def test_a_uri_needs_a_custom_format():
    wrong = Answered(b'{"a": "2024-01-01T00:00:00Z", "u": "/x"}')
    assert faults(V31ResponseValidator, Asked(), wrong) == []
    (error,) = faults(V31ResponseValidator, Asked(), wrong, extra_format_validators={"uri": lambda value: ":" in value})
    assert [schema_error.json_path for schema_error in error.__cause__.schema_errors] == ["$.u"]


def test_it_is_silent_on_a_body_beside_204_and_on_unknown_fields():
    assert faults(V31ResponseValidator, Asked(), Answered(status_code=204)) == []
    assert faults(V31ResponseValidator, Asked(), Answered(GOOD[:-1] + b', "zz": 1}')) == []
