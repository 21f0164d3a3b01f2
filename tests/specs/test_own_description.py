"""The description that we ship is whole, valid, and shows itself by examples."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

import specs
from conformance.description.pointers import find_references
from tests.specs.structure import effective_parameters, operations, resolve, strings

STANDARD_HEADERS = {"EvEnergy-Version", "X-RateLimit-Limit", "X-RateLimit-Remaining"}
# Resources whose own URL no path of the API serves.
UNSERVED = {"DispatchEvent", "InverterStatusLog", "Subscription"}


def responses(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for key, _, operation in operations(document):
        for status, response in operation["responses"].items():
            yield key, status, resolve(document, response)


def test_it_is_valid_openapi_and_has_every_operation(document):
    assert [str(error) for error in OpenAPIV31SpecValidator(document).iter_errors()] == []
    assert len(document["paths"]) == 180
    assert len(list(operations(document))) == 210
    assert set(document["webhooks"]) == {"charging_sub_session.created", "charging_sub_session.ended"}


def test_every_component_is_used(document):
    used = {target for _, target in find_references(document)}
    declared = {
        f"#/components/{kind}/{name}"
        for kind, members in document["components"].items()
        if kind != "securitySchemes"
        for name in members
    }
    assert declared == used


def test_path_parameters_are_those_of_the_template(document):
    for key, item, operation in operations(document):
        declared = {
            parameter["name"]
            for parameter in effective_parameters(document, item, operation)
            if parameter["in"] == "path"
        }
        assert declared == set(re.findall(r"{(\w+)}", key)), key


def test_operation_ids_are_unique(document):
    counted = Counter(operation["operationId"] for _, _, operation in operations(document))
    assert [name for name, times in counted.items() if times > 1] == []


def test_scopes_are_declared_by_both_flows(document):
    flows = document["components"]["securitySchemes"]["oauth2"]["flows"].values()
    for key, _, operation in operations(document):
        for alternative in operation.get("security", ()):
            assert set(alternative) <= {"oauth2"}, key
            assert all(set(alternative["oauth2"]) <= set(flow["scopes"]) for flow in flows), key


def test_every_response_has_the_standard_headers_and_errors_are_problems(document):
    for key, status, response in responses(document):
        assert set(response["headers"]) >= STANDARD_HEADERS, (key, status)
        if status >= "400":
            problem = {"schema": {"$ref": "#/components/schemas/Problem"}}
            assert response["content"] == {"application/problem+json": problem}, (key, status)


def test_lists_with_cursors_or_pages_have_a_link_header(document):
    for key, item, operation in operations(document):
        names = {parameter["name"] for parameter in effective_parameters(document, item, operation)}
        if names & {"page", "page_after"}:
            assert "Link" in operation["responses"]["200"]["headers"], key


def test_patterns_are_anchored(document):
    patterns = {value for key, value in strings(document) if key == "pattern"}
    assert {pattern for pattern in patterns if not (pattern.startswith("^") and pattern.endswith("$"))} == set()


def test_what_can_be_expanded_can_be_an_object(description):
    expansions = [
        (operation.key, expansion) for operation in description.model.operations for expansion in operation.expansions
    ]
    assert len(expansions) > 250
    assert [(key, expansion.path) for key, expansion in expansions if not expansion.resolvable] == []


def test_resources_have_examples_and_they_are_valid(document):
    for name, schema in document["components"]["schemas"].items():
        if "url" in schema.get("properties", {}):
            assert schema.get("examples"), name
        validator = jsonschema_rs.Draft202012Validator(
            {"$ref": f"#/components/schemas/{name}", "components": document["components"]}, validate_formats=True
        )
        for example in schema.get("examples", ()):
            assert [error.message for error in validator.iter_errors(example)] == [], name


def test_urls_in_examples_lead_to_a_path(document):
    base = document["servers"][0]["url"]
    paths = "|".join(re.sub(r"\\{\w+\\}", "[^/?]+", re.escape(path)) for path in document["paths"])
    served = re.compile(rf"{re.escape(base)}({paths})(\?.*)?")
    stray = {
        name
        for name, schema in document["components"]["schemas"].items()
        for _, text in strings(schema.get("examples", []))
        if text.startswith(base) and "/problems/" not in text and not served.fullmatch(text)
    }
    assert stray == UNSERVED


def test_data_is_found_by_name():
    assert specs.find_data("ev-energy-v2").joinpath("openapi.yaml").is_file()
    assert specs.find_data("ev-energy-v2/resources/evses.yaml").is_file()
    with pytest.raises(FileNotFoundError, match="no-such-thing"):
        specs.find_data("no-such-thing")
