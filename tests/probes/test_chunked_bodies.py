"""VAL-11: a body in chunks is read as the same body with its length."""

import json

import pytest

from conformance.model import Verdict
from conformance.model.exchange import CHUNKED
from conformance.probes.writes.invalid_bodies import PROBES
from tests.probes.scripted import make_problem, run_probe
from tests.probes.test_write_bodies import build_validating_write, world

PROBE = next(probe for probe in PROBES if probe.name == "invalid-bodies")
CREATE, UPDATE = "POST /users/{user_id}/saved_routes", "PATCH /vehicles/{vehicle_id}"


def read_chunks_as(subject, key, respond):
    """Return a target that validates bodies, and gives requests in chunks to `respond`, a function of the request."""
    validate = build_validating_write(subject, key, "")
    return world(lambda request: respond(request) if CHUNKED in request.headers else validate(request))


def read_verdict(subject, key, respond):
    return run_probe(PROBE, key, subject, read_chunks_as(subject, key, respond)).outcomes_on("VAL-11")[0].verdict


@pytest.mark.parametrize("key", [CREATE, UPDATE])
def test_a_body_that_is_read_passes_with_one_request(subject, key):
    run = run_probe(PROBE, key, subject, world(build_validating_write(subject, key, "")))
    assert run.outcomes_on("VAL-11")[0].verdict is Verdict.PASS
    chunked = [request for request in run.requests if CHUNKED in request.headers]
    assert len(chunked) == 1
    assert not [r for r in run.requests if r.body == chunked[0].body and CHUNKED not in r.headers]


@pytest.mark.parametrize("key", [CREATE, UPDATE])
def test_an_empty_body_in_its_place_is_a_violation(subject, key):
    operation = subject.model.operations_by_key[key]
    required = {e.pointer for e in subject.validators.validate_request_body(operation, "application/json", {}) or ()}
    errors = {pointer.strip("/") or "non_field_errors": ["is missing"] for pointer in required}
    taken_as_empty = make_problem(400, field_errors=errors) if errors else make_problem(400)
    assert read_verdict(subject, key, lambda request: taken_as_empty) is Verdict.FAIL


@pytest.mark.parametrize(
    ("status", "verdict"), [(411, Verdict.NOT_APPLICABLE), (403, Verdict.NOT_OBSERVABLE), (500, Verdict.FAIL)]
)
def test_a_server_may_require_a_length(subject, status, verdict):
    assert read_verdict(subject, UPDATE, lambda request: make_problem(status)) is verdict


def test_a_refusal_without_names_shows_nothing(subject):
    run = run_probe(PROBE, CREATE, subject, world(lambda request: make_problem(400)))
    assert run.outcomes_on("VAL-11")[0].verdict is Verdict.NOT_OBSERVABLE
    assert json.loads(next(request.body for request in run.requests if CHUNKED in request.headers))
