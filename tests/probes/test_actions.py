"""Actions: each is carried out once, on the first object whose state allows it, and noted where it has an effect."""

import msgspec
import pytest

from conformance.model import Profile, Verdict
from conformance.plan import PlanOptions
from conformance.probes.writes.actions import PROBES
from tests.probes.scripted import BASE, is_affordable, make_id, make_problem, make_response, run_probe

(ACT,) = PROBES
BOOST, VALIDATE = "POST /charging_sessions/{charging_session_id}/boost_start", "POST /region_groups:validate"
SESSIONS = [{"id": make_id("csta", n), "url": f"{BASE}/charging_sessions/{make_id('csta', n)}"} for n in (1, 2, 3)]


def build_target(*ready):
    """Return a target of three sessions, of which those at the indices `ready` can be boosted."""

    def target(request):
        if request.method == "GET":
            return make_response(SESSIONS if request.target.startswith("/charging_sessions") else [])
        return (
            make_response({}) if any(SESSIONS[index]["id"] in request.target for index in ready) else make_problem(409)
        )

    return target


def test_action_stops_at_the_first_object_whose_state_allows_it(subject):
    run = run_probe(ACT, BOOST, subject, build_target(1, 2))
    posts = [request.target for request in run.requests if request.method == "POST"]
    assert [SESSIONS[n]["id"] in target for n, target in enumerate(posts)] == [True, True]
    assert [notice.topic for notice in run.notices] == ["cleanup"]


def test_action_is_not_observable_when_no_object_allows_it(subject):
    run = run_probe(ACT, BOOST, subject, build_target())
    assert run.verdicts_on("RSP-03") == {Verdict.NOT_OBSERVABLE}
    assert not run.notices


def test_action_without_effect_is_not_noted(subject):
    run = run_probe(ACT, VALIDATE, subject, lambda request: make_response({} if request.method == "POST" else []))
    assert [request.method for request in run.requests].count("POST") == 1
    assert is_affordable(run, ACT, VALIDATE, subject)
    assert not run.notices


@pytest.mark.parametrize(
    ("profile", "hardware", "planned"),
    [(Profile.DEEP, True, {BOOST, VALIDATE}), (Profile.DEEP, False, {VALIDATE}), (Profile.STANDARD, True, {VALIDATE})],
)
def test_hardware_actions_need_profile_deep_and_the_option(profile, hardware, planned, subject):
    from conformance.plan import Catalogue, make_plan
    from specs.catalogue import load_requirements

    target = msgspec.structs.replace(subject.target, may_write=True, may_touch_hardware=hardware)
    plan = make_plan(Catalogue.collect(load_requirements()), subject.model, PlanOptions(target, profile))
    planned_operations = {item.operation for item in plan.items if item.probe == ACT.name}
    assert planned_operations & {BOOST, VALIDATE} == planned
