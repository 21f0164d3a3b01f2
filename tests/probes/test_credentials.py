"""AUT-01 to AUT-04: a target that lets strangers in is caught by the stranger that it lets in."""

import re

import msgspec
import pytest

from conformance.model import Verdict
from conformance.probes.authorization.credentials import PROBES
from tests.probes.scripted import BASE, is_affordable, make_id, make_problem, make_response, run_probe

BY_NAME = {each.name: each for each in PROBES}
EVSE = {"id": make_id("evse", 1), "url": f"{BASE}/evses/{make_id('evse', 1)}"}
READ, WRITE, ACTION = "GET /evses/{evse_id}", "PATCH /evses/{evse_id}", "POST /vehicles/{vehicle_id}/disconnect"
PUBLIC = "GET /evse_makes"


class Guarded:
    """A target that knows tokens by where they are; `lets_in` names one request that it forgets to refuse."""

    def __init__(self, lets_in=lambda request: False, refusal=401):
        self.lets_in, self.refusal = lets_in, refusal

    def __call__(self, request):
        if self.lets_in(request):
            return self.answer(request)
        authorised = request.identity and not request.token_in and not request.headers_named("authorization")
        if not authorised or request.identity == "expired":
            return make_problem(self.refusal)
        if request.identity == "noscope" or (request.identity == "readonly" and request.method != "GET"):
            return make_problem(403)
        return self.answer(request)

    def answer(self, request):
        if request.method != "GET":
            return make_problem(400 if request.target.endswith(EVSE["id"]) else 404)
        return make_response([EVSE] if request.target == "/evses" else EVSE)


class Asked(msgspec.Struct):
    """A request that finds its headers by name."""

    request: object

    def __getattr__(self, name):
        return getattr(self.request, name)

    def headers_named(self, name):
        return [value for key, value in self.request.headers if key.lower() == name]


def run(name, operation, subject, lets_in=lambda request: False, **more):
    target = Guarded(lets_in, **more)
    return run_probe(BY_NAME[name], operation, subject, lambda request: target(Asked(request)))


GUARDS = {
    "anonymous": "AUT-01", "expired-token": "AUT-01", "misplaced-token": "AUT-02",
    "missing-scope": "AUT-03", "read-only-scope": "AUT-03",
}  # fmt: skip


@pytest.mark.parametrize("operation", [READ, WRITE, ACTION])
@pytest.mark.parametrize(("name", "requirement"), GUARDS.items())
def test_a_guarded_operation_is_guarded_against_everybody(name, requirement, operation, subject):
    if not BY_NAME[name].applies(subject.model.operations_by_key[operation], subject.model):
        assert (name, operation) == ("read-only-scope", READ)
        return
    found = run(name, operation, subject)
    assert found.passed_requirements() == {requirement}
    assert is_affordable(found, BY_NAME[name], operation, subject)


@pytest.mark.parametrize(
    ("name", "operation", "lets_in"),
    [
        ("anonymous", READ, lambda r: r.identity == "" and not r.headers),
        ("anonymous", WRITE, lambda r: r.identity == "" and not r.headers_named("authorization")),
        ("expired-token", READ, lambda r: r.identity == "expired"),
        ("expired-token", WRITE, lambda r: r.identity == "expired"),
        ("misplaced-token", READ, lambda r: r.token_in),
        ("misplaced-token", ACTION, lambda r: r.token_in),
        ("missing-scope", READ, lambda r: r.identity == "noscope"),
        ("read-only-scope", WRITE, lambda r: r.identity == "readonly"),
    ],
)
def test_whoever_is_let_in_is_found(name, operation, lets_in, subject):
    assert run(name, operation, subject, lets_in).violated_requirements() == {GUARDS[name]}


@pytest.mark.parametrize("kind", ["Bearer no token", "Bearer 0"])
def test_each_stranger_is_tried_by_one_of_two_seeds(kind, subject):
    def lets_in(request):
        return any(value.startswith(kind) for value in request.headers_named("authorization"))

    subjects = (msgspec.structs.replace(subject, seed=seed) for seed in (1, 2))
    found = [run("anonymous", READ, turn, lets_in).violated_requirements() for turn in subjects]
    assert sorted(found, key=len) == [set(), {"AUT-01"}]


def test_both_places_are_tried_with_two_seeds(subject):
    subjects = (msgspec.structs.replace(subject, seed=seed) for seed in (1, 2))
    places = {run("misplaced-token", READ, turn).requests[-1].token_in for turn in subjects}
    assert places == {"query", "cookie"}


def test_another_refusal_is_no_401(subject):
    assert run("anonymous", READ, subject, refusal=403).violated_requirements() == {"AUT-01"}


@pytest.mark.parametrize("name", ["anonymous", "expired-token", "read-only-scope"])
def test_a_write_of_a_stranger_cannot_take_effect(name, subject):
    for operation in subject.model.operations:
        if operation.is_safe or not BY_NAME[name].applies(operation, subject.model):
            continue
        for request in run(name, operation.key, subject).requests:
            invalid = request.body and subject.validators.validate_request_body(
                operation, "application/json", msgspec.json.decode(request.body)
            )
            assert invalid or re.search(r"[0-9A-Z]{26}", request.target)


def test_nobody_is_asked_to_write_what_could_take_effect(subject):
    operation = msgspec.structs.replace(subject.model.operations_by_key[ACTION], path="/everything:stop", parameters=())
    steps = BY_NAME["anonymous"].run(operation, subject)
    assert next(steps).verdict is Verdict.NOT_TESTED


class TestPublic:
    def test_it_answers_without_a_token(self, subject):
        found = run_probe(BY_NAME["public-operation"], PUBLIC, subject, lambda request: make_response([]))
        assert found.passed_requirements() == {"AUT-04"}
        assert [each.identity for each in found.requests] == [""]

    def test_it_may_not_want_one(self, subject):
        assert run_probe(
            BY_NAME["public-operation"], PUBLIC, subject, lambda _: make_problem(401)
        ).violated_requirements() == {"AUT-04"}

    def test_it_may_not_hide_from_those_without(self, subject):
        def target(request):
            return make_response([]) if request.identity else make_problem(404)

        assert run_probe(BY_NAME["public-operation"], PUBLIC, subject, target).violated_requirements() == {"AUT-04"}

    def test_what_nobody_can_read_shows_nothing(self, subject):
        found = run_probe(BY_NAME["public-operation"], PUBLIC, subject, lambda _: make_problem(404))
        assert found.verdicts_on("AUT-04") == {Verdict.NOT_OBSERVABLE}

    @pytest.mark.parametrize(("operation", "status"), [("POST /vehicle_waitlist", 503), (PUBLIC, 304)])
    def test_a_failure_or_nothing_new_is_no_answer(self, operation, status, subject):
        found = run_probe(BY_NAME["public-operation"], operation, subject, lambda _: make_problem(status))
        assert found.verdicts_on("AUT-04") == {Verdict.NOT_OBSERVABLE}

    def test_a_write_says_what_is_wrong_with_the_body(self, subject):
        found = run_probe(BY_NAME["public-operation"], "POST /vehicle_waitlist", subject, lambda _: make_problem(400))
        assert found.passed_requirements() == {"AUT-04"}


class TestScopeAfterResource:
    """A server that looks for the resource before the scope: nothing is said by a 404 for what nobody has."""

    def run(self, operation, subject, refuses):
        def answer(request):
            exists = EVSE["id"] in request.target or request.target == "/evses"
            if not exists:
                return make_problem(404)
            if request.identity in {"noscope", "readonly"} and request.method != "GET" and refuses:
                return make_problem(403)
            return make_response([EVSE] if request.target == "/evses" else EVSE)

        return run_probe(BY_NAME["read-only-scope"], operation, subject, answer)

    def test_a_write_to_a_real_resource_shows_the_scope(self, subject):
        found = self.run(WRITE, subject, refuses=True)
        assert found.passed_requirements() == {"AUT-03"}
        sent = [request for request in found.requests if request.method == "PATCH"]
        assert all(request.inert for request in sent)

    def test_a_write_that_is_taken_without_the_scope_is_a_violation(self, subject):
        assert self.run(WRITE, subject, refuses=False).violated_requirements() == {"AUT-03"}

    def test_nothing_is_risked_where_hardware_would_move(self, subject):
        found = run_probe(BY_NAME["read-only-scope"], ACTION, subject, lambda request: make_problem(404))
        assert found.verdicts_on("AUT-03") == {Verdict.NOT_OBSERVABLE}
        assert len(found.requests) == 1
