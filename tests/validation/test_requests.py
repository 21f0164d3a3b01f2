"""Validation of a request as sent on the wire."""

import json

import msgspec
import pytest

from conformance.description import Description
from conformance.model import Body, Location, Media, Parameter, Request
from conformance.validation import SchemaValidators, validate_request
from conformance.validation.requests import parse_path_variables

ID = "evse01HSH04KDEWF6Z4DB2J77J74K5"
JSON = (("content-type", "application/json; charset=utf-8"),)


@pytest.fixture
def write_request(patch_operation):
    places = (
        Parameter(
            "charger_id", Location.PATH, required=True, schema={"type": "string", "pattern": "^evse[A-Z\\d]{26}$"}
        ),
        Parameter("dry", Location.QUERY, schema={"type": "boolean"}),
        Parameter("X-Count", Location.HEADER, required=True, schema={"type": "integer"}),
    )
    return msgspec.structs.replace(patch_operation, parameters=places)


def find_errors(validators, operation, target=f"/chargers/{ID}", headers=(*JSON, ("x-count", "1")), body=None):
    sent = json.dumps({"id": ID, "url": "https://a.example/"}).encode() if body is None else body
    return [
        (e.pointer, e.keyword)
        for e in validate_request(validators, operation, Request("", "PATCH", target, headers, sent))
    ]


def test_a_valid_request_has_no_errors(validators, write_request):
    assert find_errors(validators, write_request) == []
    assert find_errors(validators, write_request, f"/chargers/{ID}?dry=true&other=1") == []


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"target": "/chargers/evse1"}, ("path:charger_id", "pattern")),
        ({"target": f"/chargers/{ID}%0A"}, ("path:charger_id", "pattern")),
        ({"target": f"/chargers/{ID}/x"}, ("path", "path")),
        ({"target": f"/chargers/{ID}?dry=maybe"}, ("query:dry", "type")),
        ({"target": f"/chargers/{ID}?dry="}, ("query:dry", "type")),
        ({"headers": JSON}, ("header:X-Count", "required")),
        ({"headers": (*JSON, ("X-COUNT", "many"))}, ("header:X-Count", "type")),
        ({"headers": (("x-count", "1"),)}, ("body", "mediaType")),
        ({"headers": (("x-count", "1"), ("Content-Type", "text/plain"))}, ("body", "mediaType")),
        ({"body": b""}, ("body", "required")),
        ({"body": b"{"}, ("body", "json")),
        ({"body": b"\xff"}, ("body", "json")),
        ({"body": b'{"id": "x", "url": "https://a.example/"}'}, ("body/id", "pattern")),
    ],
)
def test_each_error_has_its_place(validators, write_request, change, error):
    assert find_errors(validators, write_request, **change) == [error]


def test_form_bodies_are_checked_by_media_type_only(validators, write_request):
    form = Body(required=True, media=(Media("application/x-www-form-urlencoded", "#/components/schemas/Charger"),))
    operation = msgspec.structs.replace(write_request, body=form)
    headers = (("x-count", "1"), ("Content-Type", "application/x-www-form-urlencoded"))
    assert find_errors(validators, operation, headers=headers, body=b"a=b") == []


def test_an_undocumented_request_body_is_ignored(validators, list_operation):
    assert find_errors(validators, list_operation, "/chargers", body=b"rubbish") == []


@pytest.mark.parametrize(
    ("template", "path", "expected"),
    [
        ("/a/{b}", "/a/1", {"b": "1"}),
        ("/a/{b}/c/{d}", "/a/x%2Fy/c/%00", {"b": "x/y", "d": "\0"}),
        ("/a/{b}:go", "/a/1:go", {"b": "1"}),
        ("/a/{b}", "/a/", {"b": ""}),
        ("/a/{b}", "/a/1/", None),
        ("/a.c", "/abc", None),
        ("/a", "/a\n", None),
    ],
)
def test_path_variables(template, path, expected):
    assert parse_path_variables(template, path) == expected


def test_read_only_properties_are_not_required_of_clients(description):
    schema = {
        "type": "object",
        "required": ["id", "name"],
        "properties": {"id": {"type": "string", "readOnly": True}, "name": {"type": "string"}},
    }
    judges = SchemaValidators(Description({**description.document, "thing": schema}, description.model, "", ""))
    assert [e.pointer for e in judges.validate_instance("#/thing", {"name": "n"})] == ["/id"]
    assert judges.request_validators.validate_instance("#/thing", {"name": "n"}) == ()
    assert [e.pointer for e in judges.request_validators.validate_instance("#/thing", {})] == ["/name"]
