"""The laws of samples: successive seeds, and successive parts of one run, try every way, and say how many."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from conformance.evidence.outcomes import skip_case
from conformance.model import Outcome, Verdict
from conformance.probes.toolkit.samples import choose_ways, count_attempts, count_parts, try_ways

SIZES = st.integers(1, 30)
SEEDS = st.integers(1, 10**6)


def at_turn(subject, seed, part=0, parts=1):
    return msgspec.structs.replace(subject, seed=seed, part=part, parts=parts)


@given(st.integers(1, 60), SIZES, SEEDS, st.integers(0, 255))
def test_successive_seeds_try_every_way(subject, known, size, first_seed, start):
    ways = range(known)
    seeds = range(first_seed, first_seed + count_parts(known, size))
    tried = {way for seed in seeds for way in choose_ways(ways, size, at_turn(subject, seed), start)}
    assert tried == {*ways}


@given(st.integers(1, 60), SIZES, SEEDS, st.integers(0, 255))
def test_the_parts_of_one_run_are_those_of_successive_seeds(subject, known, size, seed, start):
    ways, parts = range(known), count_parts(known, size)
    one_by_one = [choose_ways(ways, size, at_turn(subject, seed, part), start) for part in range(parts)]
    assert one_by_one == [choose_ways(ways, size, at_turn(subject, seed + part), start) for part in range(parts)]
    rest = choose_ways(ways, size, at_turn(subject, seed, 1, parts - 1), start) if parts > 1 else ()
    assert {*one_by_one[0], *rest} == {*ways}


@given(st.integers(0, 60), SIZES, SEEDS)
def test_a_sample_has_no_way_twice(subject, known, size, seed):
    chosen = choose_ways(range(known), size, at_turn(subject, seed))
    assert len({*chosen}) == len(chosen) == min(size, known)


def attempt(way):
    yield skip_case("IDS-06", str(way), Verdict.NOT_OBSERVABLE, "")
    yield skip_case("IDS-06", str(way), Verdict.PASS, "")


def test_outcomes_say_how_much_was_tried_by_then():
    outcomes = list(count_attempts("ab", 12, attempt))
    assert [(outcome.operation, outcome.tried, outcome.known) for outcome in outcomes] == [
        ("a", 1, 12), ("a", 1, 12), ("b", 2, 12), ("b", 2, 12)
    ]  # fmt: skip


def test_what_is_always_tried_comes_first_and_once(subject):
    first, second = (
        [step.operation for step in try_ways("bcd", 1, at_turn(subject, 1, part), attempt, always="a")][::2]
        for part in range(2)
    )
    assert (first, second) == (["a", "b"], ["c"])
    assert all(
        isinstance(step, Outcome) and step.known == 4 for step in try_ways("bcd", 1, subject, attempt, always="a")
    )
