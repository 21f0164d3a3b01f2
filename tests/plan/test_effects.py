"""What a plan says before it is carried out: every request with an effect that the run would send."""

import pytest

from conformance.model import Effect, Profile
from conformance.plan import PlanOptions
from conformance.plan.effects import planned_effects
from conformance.safety.gate import Gate
from tests.plan.conftest import target


def effects(desk, *, writes, hardware, profile=Profile.STANDARD):
    wish = PlanOptions(target(may_write=writes, may_touch_hardware=hardware), profile)
    return wish, planned_effects(desk.catalogue, desk.model, desk.make(wish))


def test_a_plan_without_leave_sends_nothing_with_an_effect(desk):
    assert effects(desk, writes=False, hardware=False)[1] == ()


@pytest.mark.parametrize("hardware", [False, True])
@pytest.mark.parametrize("profile", Profile)
def test_the_gate_refuses_nothing_that_is_planned(desk, hardware, profile):
    wish, planned = effects(desk, writes=True, hardware=hardware, profile=profile)
    gate = Gate(wish.target, desk.model.operations)
    assert [each for each in planned if not each.undo and gate.refusal(each.method, wish.build_url(each.path))] == []
    grave = {each.effect for each in planned if not each.undo} - {Effect.WRITE}
    assert bool(grave) is (hardware and profile is not Profile.SMOKE)


def test_what_touches_hardware_is_meant_to_succeed_in_deep_alone(desk):
    grave = {Effect.HARDWARE, Effect.MONEY, Effect.IRREVERSIBLE}
    for profile in (Profile.STANDARD, Profile.DEEP):
        planned = effects(desk, writes=True, hardware=True, profile=profile)[1]
        meant = [each for each in planned if each.effect in grave and each.carried_out and not each.undo]
        assert bool(meant) is (profile is Profile.DEEP)
