"""One validator decides on all bodies, as each schema's own does."""

import msgspec
import pytest

from conformance.description import load_description
from conformance.validation import SchemaValidators
from conformance.validation.validators import find_media_schema

BODIES = [{}, [], [{}], None, "text", {"id": 1}, {"items": []}, [[]], {"title": "x", "status": 400, "detail": "y"}]


@pytest.fixture(scope="module")
def validators() -> SchemaValidators:
    return SchemaValidators(load_description())


def test_every_body_gets_the_verdict_of_its_own_schema(validators):
    verdicts = set()
    for operation in validators.description.model.operations:
        for response in operation.responses:
            for pointer in {media.schema for media in response.media if media.schema}:
                own = validators._get_validator(pointer)
                for body in BODIES:
                    is_valid = validators.is_valid(pointer, body)
                    verdicts.add(is_valid)
                    assert is_valid == own.is_valid(body)
                    assert bool(validators.validate_instance(pointer, body)) != is_valid
    assert verdicts == {True, False}


def test_errors_of_a_body_name_places_in_the_body():
    validators = SchemaValidators(load_description())
    operation = validators.description.model.operations_by_key["GET /evses/{evse_id}"]
    pointer = find_media_schema(operation.find_response(200).media, "application/json")
    errors = validators.validate_instance(pointer, {"id": 1})
    assert "/id" in {error.pointer for error in errors}


def test_a_body_nested_too_deeply_has_an_error(validators):
    operation = validators.description.model.operations_by_key["GET /evses/{evse_id}"]
    nested = msgspec.json.decode(b"[" * 400 + b"]" * 400)
    pointer = find_media_schema(operation.find_response(200).media, "application/json")
    assert validators.validate_instance(pointer, nested)
