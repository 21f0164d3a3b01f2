"""Actions: each carried out once, on the first thing in the state for it, and told where it has an effect."""

import msgspec
import pytest
from scripted import BASE, affordable, drive, problem, reply, ulid

from conformance.model import Profile, Verdict
from conformance.plan import Wish
from conformance.probes.actions import PROBES

(ACT,) = PROBES
BOOST, VALIDATE = "POST /charging_sessions/{charging_session_id}/boost_start", "POST /region_groups:validate"
SESSIONS = [{"id": ulid("csta", n), "url": f"{BASE}/charging_sessions/{ulid('csta', n)}"} for n in (1, 2, 3)]


def charging(*ready):
    """A target of three sessions, of which some can be boosted."""

    def target(request):
        if request.method == "GET":
            return reply(SESSIONS if request.target.startswith("/charging_sessions") else [])
        return reply({}) if any(SESSIONS[each]["id"] in request.target for each in ready) else problem(409)

    return target


def test_the_first_thing_in_the_state_for_it_is_enough(subject):
    run = drive(ACT, BOOST, subject, charging(1, 2))
    posts = [each.target for each in run.requests if each.method == "POST"]
    assert [SESSIONS[n]["id"] in target for n, target in enumerate(posts)] == [True, True]
    assert [each.topic for each in run.notices] == ["cleanup"]


def test_where_nothing_is_in_the_state_for_it_nothing_is_seen(subject):
    run = drive(ACT, BOOST, subject, charging())
    assert run.verdicts("RSP-03") == {Verdict.NOT_OBSERVABLE}
    assert not run.notices


def test_what_has_no_effect_is_not_told(subject):
    run = drive(ACT, VALIDATE, subject, lambda request: reply({} if request.method == "POST" else []))
    assert [each.method for each in run.requests].count("POST") == 1
    assert affordable(run, ACT, VALIDATE, subject)
    assert not run.notices


@pytest.mark.parametrize(
    ("profile", "hardware", "planned"),
    [(Profile.DEEP, True, {BOOST, VALIDATE}), (Profile.DEEP, False, {VALIDATE}), (Profile.STANDARD, True, {VALIDATE})],
)
def test_hardware_is_left_alone_unless_both_ask_for_it(profile, hardware, planned, subject):
    from conformance.plan import Catalogue, make
    from specs.catalogue import requirements

    target = msgspec.structs.replace(subject.target, may_write=True, may_touch_hardware=hardware)
    plan = make(Catalogue.of(requirements()), subject.model, Wish(target, profile))
    found = {each.operation for each in plan.items if each.probe == ACT.name}
    assert found & {BOOST, VALIDATE} == planned
