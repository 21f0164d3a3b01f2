"""AUT-05 of writes: what one person has, and another who tries to change it."""

import msgspec
import pytest

from conformance.model import Response, Verdict
from conformance.probes.authorization.foreign_updates import PROBES as UPDATES
from conformance.probes.authorization.foreign_writes import PROBES
from tests.probes.scripted import BASE, is_affordable, make_id, make_problem, make_response, run_probe
from tests.probes.test_probes_tenancy import PEOPLE, House

(REFUSAL, DELETE), (WRITE,) = PROBES, UPDATES
ARRAY = {"url": f"{BASE}/solar_arrays/{make_id('solr', 1)}", "id": make_id("solr", 1), "capacity_watts": 4000}


class TestForeignWrite:
    OPERATION = "PATCH /solar_arrays/{solar_array_id}"

    def target(self, request, answer):
        if request.target == "/users":
            return House()(request)
        if request.method == "PATCH":
            return answer
        if request.identity == "user_b":
            return make_response([]) if request.target == "/solar_arrays" else make_problem(404)
        return make_response([ARRAY] if request.target == "/solar_arrays" else ARRAY)

    @pytest.mark.parametrize("status", [403, 404])
    def test_it_is_refused(self, status, subject):
        def target(request):
            return self.target(request, make_problem(status if request.target.endswith(ARRAY["id"]) else 404))

        run = run_probe(WRITE, self.OPERATION, subject, target)
        assert run.passed_requirements() == {"AUT-05"}

    def test_who_is_forbidden_everything_shows_nothing(self, subject):
        run = run_probe(WRITE, self.OPERATION, subject, lambda request: self.target(request, make_problem(403)))
        assert run.verdicts_on("AUT-05") == {Verdict.NOT_OBSERVABLE}

    def test_it_may_not_succeed(self, subject):
        run = run_probe(WRITE, self.OPERATION, subject, lambda request: self.target(request, make_response(ARRAY)))
        assert run.violated_requirements() == {"AUT-05"}
        (sent,) = [each for each in run.requests if each.method == "PATCH"]
        assert sent.identity == "user_b"
        assert not msgspec.json.decode(sent.body).items() & ARRAY.items()  # an effect would show

    def keep(self, saves):
        """Return a target that keeps what user_a has; `saves` says which refused writes of user_b take effect."""
        kept, refused = dict(ARRAY), []

        def target(request):
            if request.method == "GET" and request.identity == "user_a" and request.target.endswith(ARRAY["id"]):
                return make_response(kept)
            if request.method == "PATCH" and request.identity == "user_a":
                kept.update(msgspec.json.decode(request.body))
                return make_response(kept)
            if request.method == "PATCH" and request.target.endswith(ARRAY["id"]):
                refused.append(request)
                kept.update(msgspec.json.decode(request.body) if saves(len(refused)) else {})
            return self.target(request, make_problem(404))

        return target, kept

    @pytest.mark.parametrize(
        ("saves", "verdict"),
        [
            (lambda _n: True, Verdict.FAIL),
            (lambda _n: False, Verdict.PASS),
            (lambda n: n == 1, Verdict.INCONCLUSIVE),  # as if somebody else had changed it then
        ],
    )
    def test_a_refused_write_has_no_effect_and_leaves_none(self, saves, verdict, subject):
        target, kept = self.keep(saves)
        run = run_probe(WRITE, self.OPERATION, subject, target)
        assert run.verdicts_on("AUT-05") == {verdict}
        assert kept == ARRAY
        assert is_affordable(run, WRITE, self.OPERATION, subject) or verdict is not Verdict.PASS

    def test_what_somebody_else_changes_is_no_effect(self, subject):
        target, kept = self.keep(lambda _n: False)

        def changing(request):
            response = target(request)
            if request.method == "PATCH":
                kept["capacity_watts"] += 7
            return response

        assert run_probe(WRITE, self.OPERATION, subject, changing).verdicts_on("AUT-05") == {Verdict.PASS}


class TestForeignRefusal:
    OPERATION = TestForeignWrite.OPERATION

    def run(self, subject, at_anothers, at_nothing):
        def target(request):
            there = request.target.endswith(ARRAY["id"])
            return TestForeignWrite().target(request, make_problem(at_anothers if there else at_nothing))

        return run_probe(REFUSAL, self.OPERATION, subject, target)

    @pytest.mark.parametrize("status", [403, 404])
    def test_what_is_anothers_is_not_found(self, status, subject):
        run = self.run(subject, status, 404)
        assert run.passed_requirements() == {"AUT-05"}
        assert is_affordable(run, REFUSAL, self.OPERATION, subject)

    def test_a_wrong_body_at_anothers_thing_shows_that_it_was_found(self, subject):
        run = self.run(subject, 400, 404)
        assert run.violated_requirements() == {"AUT-05"}
        operation = subject.model.operations_by_key[self.OPERATION]
        for sent in (each for each in run.requests if each.method == "PATCH"):
            assert sent.identity == "user_b"
            assert subject.validators.validate_request_body(
                operation, "application/json", msgspec.json.decode(sent.body)
            )

    @pytest.mark.parametrize(("status", "verdict"), [(404, Verdict.PASS), (400, Verdict.FAIL)])
    def test_nothing_is_created_below_what_is_anothers(self, status, verdict, subject):
        operation = "POST /users/{user_id}/saved_routes"

        def target(request):
            there = PEOPLE["user_a"].rpartition("/")[2] in request.target
            return House()(request) if request.method == "GET" else make_problem(status if there else 404)

        run = run_probe(REFUSAL, operation, subject, target)
        assert run.verdicts_on("AUT-05") == {verdict}
        assert is_affordable(run, REFUSAL, operation, subject)

    def test_a_server_that_looks_at_the_body_first_shows_nothing(self, subject):
        assert self.run(subject, 400, 400).verdicts_on("AUT-05") == {Verdict.NOT_OBSERVABLE}


class TestForeignDelete:
    OPERATION = "POST /users/{user_id}/saved_routes"

    def run(self, subject, status):
        """What A makes is kept in `here`; a DELETE of B is answered with a status, and obeyed if that is 204."""
        here = {}

        def target(request):
            if request.method == "POST":
                key = make_id(subject.model.resources_by_name["users.saved_routes"].prefix, 1)
                here[f"{request.target}/{key}"] = body = {"id": key, "url": f"{BASE}{request.target}/{key}"}
                return make_response(body, 201)
            if request.method == "DELETE" and (request.identity == "user_a" or status == 204):
                return Response(204) if here.pop(request.target, None) else make_problem(404)
            if request.method == "DELETE" and request.target not in here:
                return make_problem(404)
            if request.method == "DELETE":
                return Response(status) if status < 300 else make_problem(status)
            if "saved_routes/" in request.target:
                return make_response(here[request.target]) if request.target in here else make_problem(404)
            return House()(request)

        return run_probe(DELETE, self.OPERATION, subject, target), here

    @pytest.mark.parametrize("status", [403, 404])
    def test_it_is_refused_and_cleaned_up(self, status, subject):
        run, here = self.run(subject, status)
        assert run.passed_requirements() == {"AUT-05"}
        assert is_affordable(run, DELETE, self.OPERATION, subject)
        assert not here

    def test_it_may_not_succeed(self, subject):
        run, _ = self.run(subject, 204)
        assert run.violated_requirements() == {"AUT-05"}
        assert [each.operation for each in run.outcomes_on("AUT-05") if each.verdict is Verdict.FAIL] == [
            "DELETE /users/{user_id}/saved_routes/{saved_route_id}"
        ]

    def test_who_says_that_it_is_done_and_does_nothing_deletes_nothing_of_anothers(self, subject):
        run, here = self.run(subject, 202)
        assert run.verdicts_on("AUT-05") == {Verdict.NOT_OBSERVABLE, Verdict.NOT_APPLICABLE}
        assert not here

    def test_who_makes_nothing_shows_nothing(self, subject):
        def target(request):
            return make_problem(403) if request.method == "POST" else House()(request)

        run = run_probe(DELETE, self.OPERATION, subject, target)
        assert run.verdicts_on("AUT-05") == {Verdict.NOT_OBSERVABLE}
        assert not run.notices
