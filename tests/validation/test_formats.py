"""Both validators assert the same formats."""

import pytest

from conformance.description import Description
from conformance.model import Exchange, Request, ResourceModel, Response
from conformance.validation import SchemaValidators, SecondOpinion

UUID = "123e4567-e89b-12d3-a456-426614174000"
CASES = {
    "date-time": (
        ["2024-01-01T00:00:00Z", "2024-01-01T00:00:00+01:00", "2024-02-29T23:59:59.123456-05:30"],
        ["2024-01-01T00:00:00", "2024-01-01", "2024-02-30T00:00:00Z", "2024-01-01T25:00:00Z", "", "now"],
    ),
    "date": (["2024-02-29"], ["2024-02-30", "2024-1-1", "2024-01-01T00:00:00Z", ""]),
    "uri": (
        ["https://a.example/b?c=d#e", "http://127.0.0.1:80/x", "http://[::1]/", "about:blank", "urn:a:b"],
        ["/a", "a", "", "http://a b", "//a.example/b", "http://a/ü", "http://[::1/"],
    ),
    "uuid": ([UUID, UUID.upper()], ["", "x", UUID[:-1], UUID.replace("-", "")]),
    "email": (["a@b.example"], ["a", ""]),
    "decimal": (["0", "-1.50", "+.5", "7."], ["", ".", "1e5", "1,5", "NaN", "1 ", "\u0661"]),
    "float": (["anything"], []),
    "double": (["anything"], []),
    "int32": (["anything"], []),
}


def describe(form: str) -> Description:
    schema = {"type": "string", "format": form}
    answer = {"description": "", "content": {"application/json": {"schema": schema}}}
    document = {
        "openapi": "3.1.0",
        "info": {"title": "t", "version": "1"},
        "paths": {"/chargers": {"get": {"responses": {"200": answer}}}},
        "schema": schema,
    }
    return Description(document, ResourceModel("", "t", "1", "", (), ()), "", "test")


@pytest.mark.parametrize("form", CASES)
def test_both_oracles_agree_on_formats(form, list_operation):
    description = describe(form)
    validators, opinion = SchemaValidators(description), SecondOpinion(description)
    valid, invalid = CASES[form]
    for value in valid + invalid:
        body = Response(200, (("Content-Type", "application/json"),), b'"%s"' % value.encode())
        exchange = Exchange("e", Request(list_operation.key, "GET", "/chargers"), "", 0.0, body)
        assert (validators.validate_instance("#/schema", value) == ()) is (value in valid), value
        assert (opinion.validate_response(list_operation, exchange) == ()) is (value in valid), value


def test_an_address_with_a_display_name_is_no_email_address():
    assert SchemaValidators(describe("email")).validate_instance("#/schema", "A <a@b.example>")
