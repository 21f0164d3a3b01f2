"""Histories that are drawn before anybody is asked: the same for a number, varied, lived as they are, made shorter."""

from itertools import combinations

import pytest

from strategies import Broken, History, lifecycles, run_conversation, scripts, shorten_script
from strategies.histories import StepKind
from tests.core.test_delta_debugging import run_search
from tests.strategies.test_workflows import Garage


@pytest.fixture(scope="module")
def vehicles(description):
    return next(lifecycle for lifecycle in lifecycles(description.model) if lifecycle.resource == "vehicles")


@pytest.fixture(scope="module")
def drawn(validators, vehicles):
    return scripts(validators, vehicles, number=1)


def find_broken(vehicles, script, fault):
    """Return the requirement that a history breaks on an API with a seeded fault, empty for none."""
    try:
        run_conversation(History(vehicles).run_steps(script), Garage(fault))
    except Broken as error:
        return error.requirement
    return ""


def test_a_number_stands_for_the_same_histories(validators, vehicles, drawn):
    assert scripts(validators, vehicles, number=1) == drawn
    assert scripts(validators, vehicles, number=2) != drawn
    assert len({*map(repr, drawn)}) == len(drawn) == 60
    assert all(script[0].do is StepKind.CREATE and 2 <= len(script) <= 9 for script in drawn)


def test_the_first_ten_have_most_orders_of_three_steps(drawn):
    orders = {tuple(step.do for step in three) for script in drawn[:10] for three in combinations(script, 3)}
    assert len(orders) > len(StepKind) ** 3 / 2


@pytest.mark.parametrize(
    ("fault", "requirement", "left"),
    [
        ("patch-wipes-the-rest", "WRT-02", ["create", "update"]),
        ("delete-leaves-the-listing", "WRT-04", ["create", "delete"]),
        ("list-lags", "WRT-07", ["create", "create"]),
    ],
)
def test_of_a_history_remains_what_breaks_something(vehicles, drawn, fault, requirement, left):
    script = next(
        candidate
        for candidate in drawn
        if find_broken(vehicles, candidate, fault) == requirement and len(candidate) > len(left) + 2
    )
    best = script

    def same(offer):
        nonlocal best
        shows = find_broken(vehicles, offer, fault) == requirement
        best = offer if shows else best
        return shows

    run_search(shorten_script(script), same)
    assert [step.do for step in best] == left
    assert len(best[0].body) <= len(script[0].body)


def test_a_history_leaves_nothing_behind(vehicles, drawn):
    for script in drawn:
        garage, history = Garage(), History(vehicles)
        run_conversation(history.run_steps(script), garage)
        run_conversation(history.delete_rest(), garage)
        assert garage.made
        assert not garage.vehicles
