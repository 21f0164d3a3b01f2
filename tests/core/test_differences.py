"""Differences of JSON values: none to itself, symmetric, and at the place that they name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.evidence.differences import ABSENT, ValueDifference, find_differences, get_value
from conformance.evidence.outcomes import quote_json

SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=4)
NAMES = st.text("a~/01", max_size=3)
JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3), max_leaves=12
)


@st.composite
def pairs(draw: st.DrawFn):
    """Draw two values that share parts, so that differences are nested."""
    old = draw(JSON)
    return old, draw(st.just(old) | JSON | st.builds(_change, st.just(old), JSON, st.randoms(use_true_random=False)))


def _change(value, part, random):
    if isinstance(value, dict) and value:
        name = random.choice(sorted(value))
        return {**value, name: _change(value[name], part, random)}
    if isinstance(value, list) and value:
        place = random.randrange(len(value))
        return [*value[:place], _change(value[place], part, random), *value[place + 1 :]]
    return part


@given(JSON)
def test_nothing_differs_from_itself(value):
    assert list(find_differences(value, value)) == []


@given(pairs())
def test_both_ways_differ_at_the_same_places(pair):
    old, new = pair
    there, back = list(find_differences(old, new)), list(find_differences(new, old))
    assert {difference.pointer: (difference.old, difference.new) for difference in there} == {
        difference.pointer: (difference.new, difference.old) for difference in back
    }


@given(pairs())
def test_each_difference_is_found_where_it_says(pair):
    old, new = pair
    for difference in find_differences(old, new):
        assert get_value(old, difference.pointer) is difference.old
        assert get_value(new, difference.pointer) is difference.new
        assert difference.old is not difference.new
        if difference.pointer:
            assert difference.top_member in {*_members(old), *_members(new)}


def _members(value):
    return map(str, value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ())


@given(pairs())
def test_values_that_differ_nowhere_are_equal(pair):
    if not list(find_differences(*pair)):
        assert pair[0] == pair[1]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (1, 1.0, []),
        (1, True, [("", 1, True)]),
        (0, False, [("", 0, False)]),
        ({"a": None}, {}, [("/a", None, ABSENT)]),
        ({"a": [1, {"b": 2}]}, {"a": [1, {"b": 3}]}, [("/a/1/b", 2, 3)]),
        ([1], [1, 2], [("", [1], [1, 2])]),
        ({"a/b~c": 1}, {"a/b~c": 2}, [("/a~1b~0c", 1, 2)]),
        ([[0]], [[False]], [("/0/0", 0, False)]),
    ],
)
def test_differences(old, new, expected):
    assert list(find_differences(old, new)) == [ValueDifference(*arguments) for arguments in expected]


@pytest.mark.parametrize("pointer", ["/1", "/01", "/-", "/+0", "/٠", "/²", "/" + "9" * 5000, "/0/x", "/x", "/ 0"])  # noqa: RUF001 - digits that look alike
def test_a_pointer_to_nothing_finds_nothing(pointer):
    assert get_value(["only"], pointer) is ABSENT


def test_an_absent_value_is_described_in_words():
    assert quote_json(ABSENT) == "(absent)"
    assert quote_json(None) == "null"
    assert quote_json("(absent)") == '"(absent)"'


def test_links_of_an_object_have_no_order_and_other_members_have_one():
    first, second = "https://api/v2/regions/1", "https://api/v2/regions/2"
    assert list(find_differences({"a": [first, second]}, {"a": [second, first]})) == []
    assert [each.pointer for each in find_differences([first, second], [second, first])] == ["/0", "/1"]
    assert [each.pointer for each in find_differences([first, first], [first, second])] == ["/1"]
    assert [each.pointer for each in find_differences(["x", "y"], ["y", "x"])] == ["/0", "/1"]
