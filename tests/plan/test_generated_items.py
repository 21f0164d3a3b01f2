"""Generated requests in a plan: paid with what is left, in the way of no probe, never without permission."""

from collections import Counter

import pytest

from conformance.execution.budgets import compute_budget, compute_kept_for_generated
from conformance.model import Profile
from conformance.plan import PlanOptions
from tests.plan.conftest import ALL_IDENTITIES, target

KEPT = 420


def split(plan, catalogue):
    """Return the items of probes, those of generated requests, and the cost of the latter by identity."""
    probes = [item for item in plan.items if not catalogue.probes[item.probe].sends_generated]
    generated = [item for item in plan.items if catalogue.probes[item.probe].sends_generated]
    cost = Counter()
    for item in generated:
        cost.update({need.identity: need.count for need in item.needs if need.sampled})
    return probes, generated, cost


@pytest.fixture(scope="module")
def plans(desk):
    """Return a plan of 1,000 requests for each identity, and one with more that is kept for generated requests."""
    known = target(identities=ALL_IDENTITIES)
    return [desk.make(PlanOptions(known, budget=1000 + kept, kept_for_generated=kept, seed=1)) for kept in (0, KEPT)]


def test_what_is_kept_pays_for_generated_requests_alone(plans, catalogue):
    (few_probes, _, _), (probes, generated, cost) = (split(plan, catalogue) for plan in plans)
    first = {item.name for item in few_probes if not item.part}
    assert first <= {item.name for item in probes}
    assert sum(cost.values()) >= 630
    assert max(cost.values()) <= KEPT + 1000
    assert len({item.operation for item in generated}) >= 150


def test_every_operation_gets_one_item_before_any_gets_two(plans, catalogue):
    _, generated, _ = split(plans[1], catalogue)
    parts = Counter(item.part for item in generated)
    assert parts[0] == max(parts.values())


def test_no_generated_write_without_permission(plans, catalogue):
    assert not any(item.probe == "generated-writes" for item in plans[1].items)


def test_cases_that_generated_requests_alone_could_judge_say_so(plans):
    reasons = {o.requirement: o.message for o in plans[1].known_outcomes if o.requirement == "ERR-13"}
    assert set(reasons.values()) <= {"no generated request of the run covers it"}


@pytest.mark.parametrize(
    ("profile", "requested", "builtin", "kept"),
    [
        (Profile.STANDARD, None, True, KEPT),
        (Profile.STANDARD, None, False, 0),
        (Profile.STANDARD, 1000, True, 0),
        (Profile.SMOKE, None, True, 0),
        (Profile.DEEP, None, True, 0),
    ],
)
def test_a_part_is_kept_on_the_built_in_server_with_its_defaults(profile, requested, builtin, kept):
    assert compute_kept_for_generated(profile, requested, 210, has_builtin_server=builtin) == kept


def test_what_is_kept_comes_on_top_of_the_budget_of_the_profile():
    assert compute_budget(None, Profile.STANDARD, 100_000, KEPT) == 1000 + KEPT
    assert compute_budget(None, Profile.DEEP, None, KEPT) is None
