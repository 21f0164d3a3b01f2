"""ERR-08 and ERR-09 on writes: what is sent, which response is expected, and what is restored."""

import json
from contextlib import suppress

import msgspec
import pytest

from conformance.model import Verdict
from conformance.probes.toolkit.write_requests import find_writable
from conformance.probes.writes.invalid_bodies import PROBES as REFUSALS
from conformance.probes.writes.unusual_bodies import PROBES
from tests.probes.scripted import BASE, ListTarget, is_affordable, make_id, make_problem, make_response, run_probe

(ODD,) = PROBES
FAULTY = next(probe for probe in REFUSALS if probe.name == "invalid-bodies")
CREATE, UPDATE = "POST /users/{user_id}/saved_routes", "PATCH /vehicles/{vehicle_id}"
USER = {"id": make_id("user", 1), "url": f"{BASE}/users/{make_id('user', 1)}"}
VEHICLE = {"id": make_id("vhcl", 1), "url": f"{BASE}/vehicles/{make_id('vhcl', 1)}", "user": USER["url"]}


def world(write):
    """Return a target whose reads come from a shelf and whose writes go to a function."""
    shelf = ListTarget({"/users": [USER], "/vehicles": [VEHICLE], f"/users/{USER['id']}/saved_routes": []})
    return lambda request: shelf(request) if request.method == "GET" else write(request)


def refuse_for_fields(names):
    """Refuse every write, for those fields."""
    return lambda request: make_problem(400, field_errors={name: ["is wrong"] for name in names})


@pytest.mark.parametrize("key", [CREATE, UPDATE])
def test_every_kind_of_wrong_body_must_be_refused(subject, key):
    good = run_probe(
        FAULTY, key, subject, world(refuse_for_fields(find_writable(subject.model.operations_by_key[key], subject)))
    )
    assert {"ERR-08", "WRT-06"} <= good.passed_requirements()
    assert is_affordable(good, FAULTY, key, subject)
    assert run_probe(FAULTY, key, subject, world(lambda request: make_problem(500))).violated_requirements() >= {
        "ERR-08",
        "WRT-06",
    }
    taken = run_probe(FAULTY, key, subject, world(lambda request: make_response({}, 200)))
    assert taken.violated_requirements() >= {"ERR-08", "WRT-06"}


@pytest.mark.parametrize("key", [CREATE, UPDATE])
def test_field_missing_from_refusals_is_sent_alone(subject, key):
    """Detect a server that checks all fields but one, and accepts a body that is wrong in that one."""
    known = list(find_writable(subject.model.operations_by_key[key], subject))
    for careless in known:
        run = run_probe(FAULTY, key, subject, world(build_validating_write(subject, key, careless)))
        assert run.violated_requirements() >= {"ERR-08", "WRT-06"}, careless
    assert not run_probe(FAULTY, key, subject, world(build_validating_write(subject, key, ""))).violated_requirements()


def build_validating_write(subject, key, careless):
    """Return a write that names the wrong members of a body, but never the careless one."""
    operation = subject.model.operations_by_key[key]

    def write(request):
        if dict(request.headers)["Content-Type"] != "application/json":
            return make_problem(415)
        try:
            errors = subject.validators.validate_request_body(operation, "application/json", json.loads(request.body))
        except ValueError:
            return make_problem(400)
        members = {member(error) for error in errors} - {careless}
        return (
            make_problem(400, field_errors={name: ["is wrong"] for name in members})
            if members
            else make_response({}, 200)
        )

    return write


def member(fault):
    return fault.pointer.split("/")[1] if fault.pointer else "non_field_errors"


@pytest.mark.parametrize("key", [CREATE, UPDATE])
def test_refusal_for_another_field_is_inconclusive(subject, key):
    run = run_probe(FAULTY, key, subject, world(refuse_for_fields(["no_such_field"])))
    verdicts = [outcome.verdict for outcome in run.outcomes if outcome.requirement == "WRT-06"]
    assert verdicts.count(Verdict.INCONCLUSIVE) >= len(verdicts) - 2
    assert verdicts.count(Verdict.PASS) <= 1  # a body that is wrong as a whole may be refused for anything


def test_unreadable_bodies_are_sent_first(subject):
    sent = run_probe(FAULTY, CREATE, subject, world(lambda request: make_problem(400))).requests
    bodies = [request for request in sent if request.method == "POST"]
    with pytest.raises(json.JSONDecodeError):
        json.loads(bodies[0].body)
    assert dict(bodies[1].headers)["Content-Type"] == "text/plain"
    assert isinstance(json.loads(bodies[1].body), dict)  # what is wrong is what it says to be
    operation = subject.model.operations_by_key[CREATE]
    for body_request in bodies[2:]:
        assert subject.validators.validate_request_body(operation, "application/json", json.loads(body_request.body))


def test_object_created_by_a_wrong_body_is_deleted(subject):
    url = f"{BASE}/users/{USER['id']}/saved_routes/{make_id('savr', 1)}"
    deleted = []

    def careless(request):
        if request.method == "DELETE":
            deleted.append(request.target)
            return make_response(None, 204)
        return make_response({"url": url}, 201)

    run_probe(FAULTY, CREATE, subject, world(careless))
    assert set(deleted) == {url.removeprefix(BASE)}


def test_conflict_before_the_body_is_checked_decides_nothing(subject):
    run = run_probe(FAULTY, UPDATE, subject, world(lambda request: make_problem(409)))
    assert run.verdicts_on("ERR-08") - {Verdict.NOT_APPLICABLE} == {Verdict.NOT_OBSERVABLE}


@pytest.mark.parametrize("key", [CREATE, UPDATE])
def test_two_successive_parts_send_all_unusual_values_in_valid_json(subject, key):
    target = world(lambda request: make_problem(400))
    sampled = run_probe(ODD, key, subject, target)
    assert is_affordable(sampled, ODD, key, subject)
    assert len(find_written_bodies(sampled)) == 2
    bodies = find_written_bodies(run_probe(ODD, key, msgspec.structs.replace(subject, parts=2), target))
    assert len(bodies) == 4
    assert any(b"\\u0000" in body for body in bodies)
    assert any("\U0001f50c".encode() in body for body in bodies)
    assert any(b"9" * 400 in body for body in bodies)
    (nested,) = [body for body in bodies if b"[" * 500 in body]
    for body in bodies:
        assert body == nested or isinstance(json.loads(body), dict)


def find_written_bodies(run):
    """Return the bodies of the writes of a run, in order."""
    return [request.body for request in run.requests if request.method in {"POST", "PATCH"}]


def test_values_changed_by_unusual_bodies_are_restored(subject):
    subject = msgspec.structs.replace(subject, parts=2)
    refusing = run_probe(ODD, UPDATE, subject, world(lambda request: make_problem(400)))
    with_nul = next(json.loads(body) for body in find_written_bodies(refusing) if b"\\u0000" in body)
    name = next(name for name, value in with_nul.items() if "\0" in str(value))
    thing = {**VEHICLE, name: "Old"}

    def careless(request):
        if request.method == "PATCH":
            with suppress(RecursionError):
                thing.update(json.loads(request.body))
            return make_response(thing)
        return ListTarget({"/users": [USER], "/vehicles": [thing]})(request)

    run = run_probe(ODD, UPDATE, subject, careless)
    assert thing[name] == "Old"
    assert not run.notices


def test_no_write_is_sent_without_a_known_object(subject):
    run = run_probe(ODD, UPDATE, subject, ListTarget({"/vehicles": [], "/users": []}))
    assert run.verdicts_on("ERR-09") == {Verdict.NOT_TESTED}
    assert all(request.method == "GET" for request in run.requests)
