"""VER-02, VER-03 and AUT-06 on writes that are refused anyhow: what is added must be refused for itself."""

import re

import msgspec
import pytest

from conformance.model import Verdict
from conformance.probes.headers.refused_writes import PROBES
from tests.probes.scripted import is_affordable, make_problem, make_response, run_probe

VERSIONS, USERS = PROBES
PATCH, POST = "PATCH /solar_arrays/{solar_array_id}", "POST /vehicles"
VERSION, USER = "EvEnergy-Version", "EvEnergy-User"


def value(request, name):
    return next((value for key, value in request.headers if key == name), None)


def versioned(strange, usual=None):
    """Refuses all: an unknown version with one answer, version 2 with another."""
    answers = {None: make_problem(403), "99": strange, "2": usual or make_problem(403)}
    return lambda request: answers[value(request, VERSION)]


@pytest.mark.parametrize("strange", [make_problem(400), make_problem(400, type="https://target.test/problems/version")])
def test_a_version_is_refused_before_all_else(strange, subject):
    run = run_probe(VERSIONS, PATCH, subject, versioned(strange))
    assert run.passed_requirements() == {"VER-02"}
    assert not run.violated_requirements()
    assert is_affordable(run, VERSIONS, PATCH, subject)


def test_a_write_in_a_version_that_does_not_exist_may_not_be_taken(subject):
    assert run_probe(VERSIONS, PATCH, subject, versioned(make_response({}))).violated_requirements() == {"VER-02"}


@pytest.mark.parametrize("status", [403, 404, 422])
def test_another_refusal_decides_nothing(status, subject):
    run = run_probe(VERSIONS, PATCH, subject, versioned(make_problem(status)))
    assert run.verdicts_on("VER-02") == run.verdicts_on("VER-03") == {Verdict.NOT_OBSERVABLE}


def test_the_same_400_may_be_for_something_else(subject):
    run = run_probe(VERSIONS, PATCH, subject, lambda request: make_problem(400))
    assert run.verdicts_on("VER-02") == {Verdict.NOT_OBSERVABLE}


def test_version_2_may_not_change_a_refusal(subject):
    assert run_probe(
        VERSIONS, PATCH, subject, versioned(make_problem(400), make_problem(404))
    ).violated_requirements() == {"VER-03"}


def test_the_words_of_a_refusal_may_name_the_request(subject):
    run = run_probe(
        VERSIONS, PATCH, subject, versioned(make_problem(400), make_problem(403, detail="Request 4711.", trace_id="b"))
    )
    assert not run.violated_requirements()


@pytest.mark.parametrize("more", [{"type": "https://target.test/problems/x"}, {"field_errors": {"name": ["No."]}}])
def test_version_2_may_not_change_what_is_to_blame(more, subject):
    assert run_probe(
        VERSIONS, PATCH, subject, versioned(make_problem(400), make_problem(403, **more))
    ).violated_requirements() == {"VER-03"}


def test_nothing_that_is_sent_could_take_effect(subject):
    for operation in subject.model.operations:
        if operation.is_safe:
            continue
        for request in run_probe(VERSIONS, operation.key, subject, lambda request: make_problem(403)).requests:
            assert request.identity == ("noscope" if operation.is_secured else "")
            invalid = request.body and subject.validators.validate_request_body(
                operation, "application/json", msgspec.json.decode(request.body)
            )
            assert invalid or re.search(r"[0-9A-Z]{26}", request.target)


@pytest.mark.parametrize(
    ("nonsense", "none", "verdict"),
    [
        (make_problem(400, detail="No such user."), make_problem(400, detail="Name a user."), Verdict.PASS),
        (make_problem(400), make_problem(400), Verdict.NOT_OBSERVABLE),
        (make_response({}), make_problem(400, detail="Name a user."), Verdict.FAIL),
        (make_problem(400, detail="No such user."), make_response({}), Verdict.FAIL),
    ],
)
def test_a_user_is_looked_at(nonsense, none, verdict, subject):
    def target(request):
        return {None: none, "nobody": nonsense}.get(value(request, USER), make_problem(400))

    run = run_probe(USERS, POST, subject, target)
    assert verdict in run.verdicts_on("AUT-06")
    assert bool(run.violated_requirements()) is (verdict is Verdict.FAIL)
    assert is_affordable(run, USERS, POST, subject)
