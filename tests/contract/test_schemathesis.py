"""The behaviour of schemathesis on which the harness relies, one test for each name used."""

import hypothesis
import pytest
import requests
import schemathesis
from hypothesis import strategies as st

DOCUMENT = {
    "openapi": "3.1.0",
    "info": {"title": "t", "version": "1"},
    "paths": {
        "/things/{id}": {
            "put": {
                "parameters": [
                    {
                        "name": "id",
                        "in": "path",
                        "required": True,
                        "schema": {"type": "string", "pattern": "^[ab]{2}$"},
                    },
                    {"name": "size", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": 9}},
                ],
                "requestBody": {
                    "required": True,
                    "content": {
                        "application/json": {
                            "schema": {
                                "type": "object",
                                "required": ["name", "own"],
                                "properties": {
                                    "name": {"type": "string", "format": "evconform-test"},
                                    "own": {"type": "string", "readOnly": True},
                                },
                                "additionalProperties": False,
                            }
                        }
                    },
                },
                "responses": {"200": {"description": ""}},
            }
        }
    },
}
CONFIG = {"phases": {"coverage": {"unexpected-methods": []}}}
MODES = [schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE]


@pytest.fixture(scope="module")
def schema():
    schemathesis.openapi.format("evconform-test", st.just("registered"))
    return schemathesis.openapi.from_dict(DOCUMENT, config=schemathesis.Config.from_dict(CONFIG))


@pytest.fixture(scope="module")
def operation(schema):
    return schema["/things/{id}"]["PUT"]


@pytest.fixture(scope="module")
def coverage(schema, operation):
    config = schema.config.generation_for(operation=operation, phase="coverage")
    return list(schema.iter_coverage_cases(operation, generation_modes=MODES, generation_config=config))


def draw_cases(strategy, seed=1):
    cases = []

    @hypothesis.seed(seed)
    @hypothesis.settings(
        max_examples=20,
        database=None,
        phases=[hypothesis.Phase.generate],
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    @hypothesis.given(strategy)
    def draw(case):
        cases.append(case)

    draw()
    return cases


def test_a_configuration_given_keeps_it_from_looking_for_files(tmp_path, monkeypatch):
    (tmp_path / "schemathesis.toml").write_text("this is no TOML")
    monkeypatch.chdir(tmp_path)
    schemathesis.openapi.from_dict(DOCUMENT, config=schemathesis.Config.from_dict(CONFIG))


def test_iter_coverage_cases_enumerates_both_modes_without_other_methods(coverage):
    assert {case.meta.generation.mode for case in coverage} == set(MODES)
    assert {case.method.upper() for case in coverage} == {"PUT"}


def test_metadata_holds_mode_place_and_description(coverage):
    metadata = {
        (case.meta.generation.mode.value, data.parameter_location and data.parameter_location.value, data.parameter)
        for case in coverage
        for data in [case.meta.phase.data]
    }
    assert ("negative", "query", "size") in metadata
    assert ("negative", "path", "id") in metadata
    assert any(place == "body" for _, place, _ in metadata)
    assert all(case.meta.phase.data.description for case in coverage)


def test_as_strategy_draws_the_same_for_one_seed(operation):
    for mode in MODES:
        strategy = operation.as_strategy(generation_mode=mode)
        assert [prepare(case) for case in draw_cases(strategy)] == [prepare(case) for case in draw_cases(strategy)]


def prepare(case):
    prepared = requests.Request(**case.as_transport_kwargs(base_url="http://a.invalid")).prepare()
    return prepared.method, prepared.path_url, prepared.body


def test_as_transport_kwargs_is_what_requests_takes(operation):
    for case in draw_cases(operation.as_strategy(generation_mode=MODES[0])):
        method, path, body = prepare(case)
        assert method == "PUT"
        assert path.startswith("/things/")
        assert isinstance(body, bytes)


def test_each_case_carries_a_random_header(coverage):
    headers = [case.as_transport_kwargs(base_url="http://a.invalid")["headers"] for case in coverage]
    assert len({header["X-Schemathesis-TestCaseId"] for header in headers}) == len(headers)


def test_containers_of_a_case_can_be_changed_before_it_is_sent(operation):
    case = draw_cases(operation.as_strategy(generation_mode=MODES[0]))[0]
    case.path_parameters["id"] = "a b"
    case.query["size"] = 5
    case.headers["X-More"] = "1"
    case.body["name"] = "mine"
    prepared = requests.Request(**case.as_transport_kwargs(base_url="http://a.invalid")).prepare()
    assert prepared.path_url == "/things/a%20b?size=5"
    assert prepared.headers["X-More"] == "1"
    assert prepared.body == b'{"name": "mine"}'


def test_registered_formats_are_drawn(operation):
    positive = draw_cases(operation.as_strategy(generation_mode=MODES[0]))
    assert {case.body["name"] for case in positive} == {"registered"}


def test_read_only_properties_are_left_out_of_bodies(operation):
    assert not any("own" in case.body for case in draw_cases(operation.as_strategy(generation_mode=MODES[0])))


def test_webhooks_are_not_generated(schema):
    hooked = {**DOCUMENT, "webhooks": {"made": DOCUMENT["paths"]["/things/{id}"]}}
    loaded = schemathesis.openapi.from_dict(hooked, config=schemathesis.Config.from_dict(CONFIG))
    labels = {result.ok().label for result in loaded.get_all_operations()}
    assert labels == {"PUT /things/{id}"}
