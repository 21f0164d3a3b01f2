"""The provider's own description, if it is beside the repository: every schema compiles."""

from pathlib import Path

import pytest

from conformance.description import Description, load_description
from conformance.model import Exchange, Request, Response
from conformance.validation import SchemaValidators, SecondOpinion

PROVIDED = Path(__file__).parents[3] / "shared" / "reference" / "ev-energy-api-v2-openapi.yaml"

pytestmark = pytest.mark.skipif(not PROVIDED.exists(), reason="the provider's description is not beside the repository")


@pytest.fixture(scope="module")
def provider(tmp_path_factory) -> Description:
    return load_description(PROVIDED, cache_dir=tmp_path_factory.mktemp("cache"))


def test_every_documented_body_header_and_parameter_compiles(provider):
    validators = SchemaValidators(provider)
    judged = 0
    for operation in provider.model.operations:
        for response in operation.responses:
            pointers = [documented.schema for documented in (*response.media, *response.headers) if documented.schema]
            for pointer in pointers:
                validators.validate_instance(pointer, None)
            judged += len(pointers)
        for media in operation.body.media if operation.body else ():
            validators.validate_request_body(operation, media.type, {})
        for parameter in operation.parameters:
            validators.validate_parameter(parameter, ["x"])
    assert judged > 1000


def test_both_validators_agree_on_a_list_of_chargers(provider):
    validators, opinion = SchemaValidators(provider), SecondOpinion(provider)
    operation = provider.model.operations_by_key["GET /evses"]
    for body, valid in ((b"[]", True), (b'[{"id": 5}]', False)):
        answer = Response(200, (("Content-Type", "application/json"),), body)
        exchange = Exchange("e", Request(operation.key, "GET", "/evses"), "", 0.0, answer)
        errors = validators.validate_response_body(operation, 200, "application/json", [] if valid else [{"id": 5}])
        assert errors is not None
        assert (errors == ()) is valid
        assert (opinion.validate_response(operation, exchange) == ()) is valid
