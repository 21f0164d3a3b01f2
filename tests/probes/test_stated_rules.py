"""Stated rules: what is sent for a rule, and which responses break it."""

import msgspec
import pytest

from conformance.model import Verdict
from conformance.probes.stated_rules.limits import PROBES as LIMITS
from conformance.probes.stated_rules.rule_probes import PROBES
from tests.probes.scripted import BASE, make_id, make_problem, make_response, run_probe

BY_NAME = {probe.name: probe for probe in PROBES}
USER = make_id("user", 1)
PREFERENCES = "PATCH /users/{user_id}/notification_preferences"
GROUPS = ("charging_flow", "charging_issues", "charging_optimisation", "deals_and_offers", "power_supply_notifications")
PROGRAMS, MODELS = "GET /programs", "GET /vehicle_models"
ROUTES = "POST /users/{user_id}/saved_routes"


class Preferences:
    """A target with the notification preferences of one user; a test overrides how it takes a change."""

    def __init__(self):
        self.groups = dict.fromkeys(GROUPS, True)
        self.bodies = []

    def __call__(self, request):
        if request.target.startswith("/users?") or request.target == "/users":
            return make_response([{"id": USER, "url": f"{BASE}/users/{USER}"}])
        if request.method == "PATCH":
            body = msgspec.json.decode(request.body)
            self.bodies.append(body)
            if any(name not in self.groups for name in body.get("groups", {})):
                return make_problem(400)
            self.take(body)
        return make_response({"url": f"{BASE}/users/{USER}/notification_preferences", "groups": self.groups})

    def take(self, body):
        self.groups = {**self.groups, **body.get("groups", {})}


def test_a_server_that_follows_the_rules_passes_and_is_left_as_it_was(subject):
    target = Preferences()
    for name in ("stated-refusals", "stated-effects"):
        run = run_probe(BY_NAME[name], PREFERENCES, subject, target)
        assert {outcome.verdict for outcome in run.outcomes} - {Verdict.NOT_APPLICABLE} == {Verdict.PASS}
    assert target.groups == dict.fromkeys(GROUPS, True)
    assert {} in target.bodies
    assert {"groups": {}} in target.bodies


def test_a_body_that_a_rule_forbids_is_marked_as_one_without_effect(subject):
    run = run_probe(BY_NAME["stated-refusals"], PREFERENCES, subject, Preferences())
    writes = [request for request in run.requests if request.method == "PATCH"]
    assert writes
    assert all(request.inert for request in writes)


def test_an_accepted_body_that_a_rule_forbids_is_a_violation(subject):
    class Lax(Preferences):
        def __call__(self, request):
            response = super().__call__(request)
            return make_response({"groups": self.groups}) if response.status == 400 else response

    run = run_probe(BY_NAME["stated-refusals"], PREFERENCES, subject, Lax())
    (finding,) = run.outcomes_on("RUL-01")
    assert finding.verdict is Verdict.FAIL
    assert "notification-groups-unknown" in finding.message
    assert finding.cause == "rule notification-groups-unknown"


@pytest.mark.parametrize("status", [401, 403, 404, 429])
def test_a_refusal_before_the_body_is_looked_at_decides_nothing(subject, status):
    def target(request):
        return make_problem(status) if request.method == "PATCH" else Preferences()(request)

    run = run_probe(BY_NAME["stated-refusals"], PREFERENCES, subject, target)
    assert run.verdicts_on("RUL-01") == {Verdict.INCONCLUSIVE}


def test_a_change_of_nothing_that_changes_something_is_a_violation(subject):
    class Resetting(Preferences):
        def take(self, body):
            super().take(body)
            if body == {}:
                self.groups = dict.fromkeys(GROUPS, False)

    run = run_probe(BY_NAME["stated-effects"], PREFERENCES, subject, Resetting())
    assert "RUL-04" in run.violated_requirements()


def test_a_stated_no_op_that_is_refused_is_a_violation(subject):
    def target(request):
        is_empty = request.method == "PATCH" and request.body == b"{}"
        return make_problem(400) if is_empty else preferences(request)

    preferences = Preferences()
    run = run_probe(BY_NAME["stated-effects"], PREFERENCES, subject, target)
    assert "RUL-04" in run.violated_requirements()


def test_a_partial_map_that_resets_the_rest_is_a_violation(subject):
    class Replacing(Preferences):
        def take(self, body):
            if body.get("groups"):
                self.groups = {**dict.fromkeys(GROUPS, False), **body["groups"]}

    run = run_probe(BY_NAME["stated-effects"], PREFERENCES, subject, Replacing())
    assert run.violated_requirements() == {"RUL-05"}


def test_queries_that_exclude_each_other_must_be_refused(subject):
    strict = run_probe(BY_NAME["stated-queries"], PROGRAMS, subject, lambda request: make_problem(400))
    assert strict.verdicts_on("RUL-02") == {Verdict.PASS}
    lax = run_probe(BY_NAME["stated-queries"], PROGRAMS, subject, lambda request: make_response([]))
    assert {"programs-two-places", "programs-postal-code-needs-country"} <= {
        outcome.message.partition(":")[0] for outcome in lax.outcomes if outcome.verdict is Verdict.FAIL
    }
    reviews = [outcome for outcome in lax.outcomes if outcome.verdict is Verdict.REVIEW]
    assert ["Another reading" in outcome.message for outcome in reviews] == [True]


def test_an_unknown_order_must_not_change_the_list(subject):
    models = [{"id": make_id("vmod", n), "url": f"{BASE}/vehicle_models/{make_id('vmod', n)}"} for n in (1, 2)]

    def build_target(answer):
        return lambda request: answer if "ordering=" in request.target else make_response(models)

    probe = BY_NAME["stated-queries"]
    assert run_probe(probe, MODELS, subject, build_target(make_response(models))).violated_requirements() == set()
    for answer in (make_problem(400), make_response(models[::-1])):
        assert run_probe(probe, MODELS, subject, build_target(answer)).violated_requirements() == {"RUL-03"}


def test_what_changes_from_read_to_read_accuses_nobody(subject):
    numbers = iter(range(100))

    def target(request):
        return make_response([{"id": make_id("vmod", next(numbers))}])

    run = run_probe(BY_NAME["stated-queries"], MODELS, subject, target)
    assert run.verdicts_on("RUL-03") == {Verdict.INCONCLUSIVE}


class Routes:
    """A target with the saved routes of one user, at most `limit`; a refused one may push out the oldest."""

    def __init__(self, count, limit, *, drops=False):
        self.routes = [make_id("savr", n) for n in range(count)]
        self.limit, self.drops, self.next = limit, drops, count

    def __call__(self, request):
        if request.target == "/users":
            return make_response([{"id": USER, "url": f"{BASE}/users/{USER}"}])
        path = f"/users/{USER}/saved_routes"
        if request.method == "POST":
            if len(self.routes) >= self.limit:
                self.routes = self.routes[1:] if self.drops else self.routes
                return make_problem(400)
            key, self.next = make_id("savr", self.next), self.next + 1
            self.routes.append(key)
            return make_response({"id": key, "url": f"{BASE}{path}/{key}"}, 201)
        if request.method == "DELETE":
            self.routes.remove(request.target.rpartition("/")[2])
            return make_response(None, 204)
        return make_response([{"id": key, "url": f"{BASE}{path}/{key}"} for key in self.routes])


@pytest.mark.parametrize(
    ("count", "limit", "drops", "verdict"),
    [
        (3, 50, False, Verdict.PASS),
        (50, 50, False, Verdict.PASS),
        (3, 51, False, Verdict.FAIL),
        (3, 40, False, Verdict.FAIL),
        (3, 50, True, Verdict.FAIL),
        (60, 100, False, Verdict.NOT_TESTED),
    ],
)
def test_a_limit_holds_at_its_number_and_what_was_created_is_deleted(subject, count, limit, drops, verdict):
    target = Routes(count, limit, drops=drops)
    run = run_probe(LIMITS[0], ROUTES, subject, target)
    assert run.verdicts_on("RUL-06") == {verdict}
    if not drops:
        assert len(target.routes) == count


class Touching(Preferences):
    """A target whose time of change moves with empty changes, or at each read."""

    def __init__(self, *, with_reads=False):
        super().__init__()
        self.with_reads, self.time = with_reads, 0

    def take(self, body):
        super().take(body)
        self.time += not self.with_reads

    def __call__(self, request):
        response = super().__call__(request)
        if response.status != 200 or not request.target.endswith("notification_preferences"):
            return response
        self.time += self.with_reads
        updated = f"2026-01-01T00:00:{self.time % 60:02}Z"
        return make_response({**msgspec.json.decode(response.body), "updated_at": updated})


@pytest.mark.parametrize(("with_reads", "violated"), [(False, {"RUL-04"}), (True, set())])
def test_a_change_of_nothing_moves_no_time(subject, with_reads, violated):
    run = run_probe(BY_NAME["stated-effects"], PREFERENCES, subject, Touching(with_reads=with_reads))
    assert run.violated_requirements() == violated


@pytest.mark.parametrize(("statuses", "verdict"), [((204, 404), Verdict.FAIL), ((404, 404), Verdict.INCONCLUSIVE)])
def test_a_repetition_that_is_refused_after_a_success_is_a_violation(subject, statuses, verdict):
    answers = iter(statuses)

    def target(request):
        if request.target.startswith("/users?") or request.target == "/users":
            return make_response([{"id": USER, "url": f"{BASE}/users/{USER}"}])
        if request.method == "DELETE":
            return make_problem(status) if (status := next(answers)) >= 400 else make_response(None, status)
        return make_response(dict.fromkeys(("receiver", "receiver_type", "receiver_wallet")))

    key = "DELETE /users/{user_id}/payout_method"
    probe = next(p for p in PROBES if p.applies(subject.model.operations_by_key[key], subject.model))
    assert run_probe(probe, key, subject, target).verdicts_on("RUL-04") == {verdict}
