"""Whole numbers in headers and queries."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.tools.counts import MAX_COUNT, parse_count


@given(st.integers(0, MAX_COUNT), st.integers(0, 5))
def test_digits_are_the_number_that_they_write(number, zeros):
    assert parse_count("0" * zeros + str(number)) == number


@given(st.text(max_size=8))
def test_other_text_is_no_number(text):
    count = parse_count(text)
    assert (count is None) == (not text or bool(set(text) - set("0123456789")))


@pytest.mark.parametrize("text", ["", " 1", "1 ", "+1", "-1", "1.0", "²", "٣", "1_000", "0x1"])
def test_what_python_takes_for_a_number_is_none_here(text):
    assert parse_count(text) is None


@pytest.mark.parametrize("text", ["9" * 5_000, "0" * 5_000 + "1" + "0" * 18])
def test_a_number_of_any_length_ends_at_the_limit(text):
    assert parse_count(text) == MAX_COUNT
    assert parse_count(text, 3_600) == 3_600
