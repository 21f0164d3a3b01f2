"""Samples in a plan: everything has its turn, what is left of an allowance is spent, what failed comes first."""

from collections import Counter

import msgspec
import pytest

from conformance.model import Profile
from conformance.plan import PlanItem, PlanOptions, parse_item_name
from conformance.plan.sampling import count_probe_parts, has_turn, order_by_thinness
from conformance.probes.toolkit.base import WHOLE
from tests.plan.conftest import target

ITEM = PlanItem("near-existing-id", "GET /evses/{evse_id}", "evses", ("IDS-06",), ())


@pytest.mark.parametrize(("part", "parts"), [(0, 1), (1, 1), (1, 9), (11, 2)])
def test_the_name_of_an_item_tells_its_parts(part, parts):
    item = msgspec.structs.replace(ITEM, part=part, parts=parts)
    assert parse_item_name(item.name) == (ITEM.base_name, range(part, part + parts))


@pytest.mark.parametrize(
    ("part", "parts", "name"),
    [
        (0, 1, "near-existing-id[GET /evses/{evse_id}]"),
        (3, 1, "near-existing-id[GET /evses/{evse_id} part 4]"),
        (1, 9, "near-existing-id[GET /evses/{evse_id} parts 2-10]"),
    ],
)
def test_the_name_of_a_test_ends_with_its_bracket_so_that_pytest_finds_it_again(part, parts, name):
    assert msgspec.structs.replace(ITEM, part=part, parts=parts).test_name == name


def test_every_operation_has_its_turn_within_as_many_seeds_as_the_plan_says(desk):
    seeds = desk.make(PlanOptions(target())).seeds_to_cover
    for probe in desk.catalogue.probes.values():
        operations = (
            [WHOLE] if probe.is_api_wide else [o for o in desk.model.operations if probe.applies(o, desk.model)]
        )
        for operation in operations:
            turns = Counter(has_turn(probe, operation, seed) for seed in range(1, probe.share + 1))
            assert turns[True] == 1
            assert probe.share <= seeds
            assert count_probe_parts(probe, operation, desk.model) <= seeds


def test_the_profile_deep_tries_all(desk):
    plan = desk.make(PlanOptions(target(), Profile.DEEP))
    tried = Counter()
    for item in plan.items:
        tried[item.base_name] += item.parts
    for item in plan.items:
        probe, operation = desk.catalogue.probes[item.probe], desk.model.operations_by_key.get(item.operation, WHOLE)
        if not probe.sends_generated:  # one item of such a probe sends all its cases in this profile
            assert tried[item.base_name] == count_probe_parts(probe, operation, desk.model)


def test_what_is_left_of_an_allowance_goes_to_the_thinnest_sample():
    def part(number):
        return msgspec.structs.replace(ITEM, part=number)

    assert order_by_thinness([(part(1), 2), (part(2), 12), (part(1), 12), (part(0), 4)]) == [
        part(0), part(1), part(2), part(1)
    ]  # fmt: skip


def test_a_larger_budget_tries_more_and_never_less(desk):
    names = [{item.name for item in desk.make(PlanOptions(target(), budget=n)).items} for n in (1000, 2000, 4000)]
    assert names[0] < names[1] < names[2]


def test_a_second_hour_has_a_second_budget(desk):
    one, two = (desk.make(PlanOptions(target(), budget=1000, hours=hours)) for hours in (1, 2))
    assert sum(two.cost.values()) > sum(one.cost.values())
    assert max(two.cost.values()) <= 2000
    assert PlanOptions(target(), budget=1000, hours=3, lower_budgets={"user_a": 10}).get_limit("user_a") == 2010


def test_finished_items_of_an_hour_leave_the_next_one_to_the_others(desk):
    first = desk.make(PlanOptions(target(), budget=1000))
    done = frozenset(item.name for item in first.items)
    second = desk.make(PlanOptions(target(), budget=1000, finished_items=done))
    assert {item.name for item in second.items} > done


def test_what_failed_lately_goes_first_and_as_it_failed(desk):
    wish = PlanOptions(target(), budget=1000, seed=5)
    name = next(item.base_name for item in desk.make(wish).items if item.probe == "malformed-id")
    again = desk.make(msgspec.structs.replace(wish, failed_turns={name: frozenset({4 + 2})}))
    assert {item.name for item in again.items[:2]} == {name, f"{name} part 3"}


def test_what_has_changed_lately_goes_first(desk):
    operation = desk.model.operations[-1].key
    reads = [o.key for o in desk.model.operations if o.method == "GET"]
    plan = desk.make(PlanOptions(target(), budget=300, changed_operations=frozenset({reads[-1], operation})))
    assert plan.items[0].operation in {reads[-1], operation}
    assert plan.cost == {} or plan.items
