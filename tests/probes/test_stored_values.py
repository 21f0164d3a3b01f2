"""Values of a new resource that count as kept although they are shown in another form."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.probes.toolkit.rounding import find_rounding_step, is_rounded
from conformance.probes.writes.stored_values import find_changed_values

PLAIN = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
VALUES = st.recursive(PLAIN, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner))
URL = "https://api.test/v2/vehicle_models/vmod1"


@given(VALUES)
def test_equal_values_have_no_loss(value):
    assert not list(find_changed_values(value, value))


@given(st.dictionaries(st.text(), PLAIN), st.dictionaries(st.text(), PLAIN))
def test_added_or_hidden_members_are_no_loss(sent, more):
    shown = {name: value for name, value in more.items() if name not in sent}
    assert not list(find_changed_values(sent, shown))


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        (URL, "vmod1"), ("vmod1", URL), (URL, {"url": URL}), (URL, URL.replace("_", "%5F")),
        ("2026-01-01T00:00:00Z", "2026-01-01T01:00:00+01:00"), ("Ab-1 c", "AB1C"), (["a", "b"], ["b", "a"]),
        ("12345678", "****5678"), (51.50735, 51.5074), ("12.50", 12.5), ([{"a": 1}], [{"a": 1, "b": 2}]), (None, 1),
    ],
)  # fmt: skip
def test_another_form_is_no_loss(sent, shown):
    assert not list(find_changed_values({"x": sent}, {"x": shown}))


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        (URL, URL.replace("vmod1", "vmod2")), (1000, 1001), (True, False), ("name", None), ("name", ""), (1, None),
        ("2026-01-01T00:00:00Z", "2026-01-01T00:00:00+01:00"), (["a", "b"], ["a"]), ({"y": 1}, {"y": 2}), (1.5, 2),
    ],
)  # fmt: skip
def test_another_value_is_a_loss(sent, shown):
    assert [difference.pointer[:2] for difference in find_changed_values({"x": sent}, {"x": shown})] == ["/x"]


ROUNDED = {"type": "integer", "description": "Stored to the nearest 0.01 kWh (10 Wh), so it may be rounded."}


@pytest.mark.parametrize(
    ("schema", "step"),
    [
        (ROUNDED, 10),
        ({"type": ["number", "null"], "description": "Kept to the nearest 0.5 km."}, 0.5),
        ({"type": "string", "description": "The nearest 5 stations."}, 0),
        ({"type": "integer", "description": "A whole number."}, 0),
        ({"type": "integer"}, 0),
    ],
)
def test_documented_rounding_is_read_from_the_text(schema, step):
    assert find_rounding_step(schema) == step


@pytest.mark.parametrize(
    ("shown", "rounded"), [(60000, True), (60009, True), (60011, False), (61000, False), (None, False)]
)
def test_a_number_may_be_shown_rounded_as_documented_and_no_further(shown, rounded):
    assert is_rounded(ROUNDED, 60001, shown) is rounded
    assert not is_rounded({"type": "integer"}, 60001, 60000)
