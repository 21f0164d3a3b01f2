"""Faults that share a server: they are told apart by requirement or place, or tried alone."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.matrices.fault_groups import FaultSign, Violation, attribute_violations, group_faults

REQUIREMENTS = ("EXP-01", "EXP-02", "PAG-01", "AUT-01")
PLACES = ("GET /a", "GET /b", "GET /c")


def sign(fault, expected="EXP-01", *nearby, implied=()):
    return FaultSign(fault, frozenset({expected}), frozenset(implied), frozenset(nearby))


def sets(names, smallest=0):
    return st.frozensets(st.sampled_from(names), min_size=smallest)


SIGNS = st.lists(st.tuples(sets(REQUIREMENTS, 1), sets(REQUIREMENTS), sets(PLACES)), max_size=12).map(
    lambda rows: [FaultSign(f"f{number}", *row) for number, row in enumerate(rows)]
)


@given(SIGNS, st.integers(1, 5))
def test_every_fault_is_in_one_group_with_faults_that_can_be_told_apart(signs, size):
    groups = group_faults(signs, size)
    assert sorted(each.fault for group in groups for each in group) == sorted(each.fault for each in signs)
    for group in groups:
        assert len(group) <= size
        assert all(one.can_stand_with(other) and other.can_stand_with(one) for one, other in combinations(group, 2))
        assert sum(not each.nearby for each in group) <= 2


@given(SIGNS, st.integers(2, 5), st.data())
def test_a_violation_names_at_most_one_fault_of_a_group(signs, size, data):
    violation = Violation(data.draw(st.sampled_from(REQUIREMENTS)), data.draw(st.sampled_from((*PLACES, "*"))))
    for group in group_faults(signs, size):
        assert sum(each.is_named_by(violation) for each in group) <= 1


def test_each_fault_gets_the_violations_at_its_place():
    group = [sign("one", "EXP-01", "GET /a"), sign("two", "EXP-02", "GET /b", implied=("EXP-01",))]
    found = [Violation("EXP-01", "GET /a"), Violation("EXP-02", "GET /b"), Violation("EXP-01", "GET /b")]
    attribution = attribute_violations(group, found)
    assert attribution.named == {"one": found[:1], "two": found[1:2]}
    assert attribution.unclear == set()


def test_a_fault_that_is_not_seen_is_named_by_nothing():
    attribution = attribute_violations([sign("one", "EXP-01", "GET /a")], [])
    assert attribution.named == {"one": []}


@pytest.mark.parametrize(
    ("violation", "unclear"),
    [
        (Violation("PAG-01", "GET /a"), {"one"}),
        (Violation("PAG-01", "GET /c"), {"one", "two"}),
        (Violation("PAG-01", "*"), {"one", "two"}),
    ],
)
def test_what_no_fault_explains_makes_those_near_it_unclear_or_all(violation, unclear):
    group = [sign("one", "EXP-01", "GET /a"), sign("two", "EXP-02", "GET /b")]
    assert attribute_violations(group, [violation]).unclear == unclear


def test_a_fault_that_may_be_seen_anywhere_may_have_caused_anything():
    group = [sign("one", "EXP-01", "GET /a"), sign("two", "EXP-02")]
    assert attribute_violations(group, [Violation("PAG-01", "GET /a")]).unclear == {"one", "two"}
