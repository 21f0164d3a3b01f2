"""ULIDs: 26 letters of Crockford's base32 within 128 bits, of which the first ten encode a time."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.tools.ulid import ALPHABET, extract_milliseconds, is_ulid


def write_ulid(number: int) -> str:
    return "".join(ALPHABET[number >> 5 * place & 31] for place in reversed(range(26)))


@given(st.integers(0, 2**48 - 1), st.integers(0, 2**80 - 1))
def test_every_number_of_128_bits_is_one_and_keeps_its_time(time, chance):
    text = write_ulid(time << 80 | chance)
    assert is_ulid(text)
    assert extract_milliseconds(text) == time


@given(st.integers(2**128, 2**130 - 1))
def test_more_than_128_bits_are_none(number):
    assert not is_ulid(write_ulid(number))


@pytest.mark.parametrize("letter", [*"ILOUilouaz-_ \n", "٠", "Ａ", "\0", ""])  # noqa: RUF001 - letters that look alike
@pytest.mark.parametrize("place", [0, 5, 25])
def test_one_wrong_letter_makes_it_none(letter, place):
    good = write_ulid(2**100)
    assert not is_ulid(good[:place] + letter + good[place + 1 :])


@pytest.mark.parametrize("text", ["", "0" * 25, "0" * 27, "0" * 26 + "\n", "8" + "0" * 25])
def test_near_misses_are_none(text):
    assert not is_ulid(text)
