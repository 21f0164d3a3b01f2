"""No character of a text that others wrote acts on what shows it."""

import json
import unicodedata

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.tools.visible_text import escape_json, make_json_visible, make_visible

ACTING = [chr(code) for code in range(0x110000) if unicodedata.category(chr(code)) in {"Cc", "Cf", "Zl", "Zp", "Cs"}]
KEPT = {"\n", "\t"}
TEXTS = st.text(
    st.characters(exclude_categories=["Cs"]) | st.sampled_from([c for c in ACTING if not "\ud800" <= c <= "\udfff"])
)
VALUES = st.recursive(TEXTS, lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner), max_leaves=8)


def acts(text: str) -> set[str]:
    return {character for character in text if character in set(ACTING) - KEPT}


@pytest.mark.parametrize(
    "character", [*sorted(set(ACTING) - KEPT)[::7], *["\x1b", "\x9b", "\u202e", "\u2028", "\u0085"]]
)
def test_each_acting_character_is_shown(character):
    shown = make_visible(f"a{character}b")
    assert shown.isascii()
    assert shown.startswith("a\\u")
    assert json.loads(f'"{shown}"') == f"a{character}b"


def test_none_is_forgotten():
    shown = make_visible("".join(ACTING))
    assert acts(shown) == set()


@given(TEXTS)
def test_other_text_stays_as_it_is(text):
    shown = make_visible(text)
    assert not acts(shown)
    if not acts(text) and not {"\ufffe", "\uffff"} & set(text):
        assert shown == text


def test_one_line_has_neither_tabs_nor_line_feeds():
    assert make_visible("a\tb\nc", one_line=True) == r"a\tb\nc"


@given(VALUES)
def test_json_for_programs_keeps_its_value(value):
    encoded = escape_json(msgspec.json.encode(value))
    assert not acts(encoded.decode())
    assert msgspec.json.decode(encoded) == value


@given(VALUES)
def test_json_for_people_acts_nowhere_once_decoded(value):
    def strings(part):
        if isinstance(part, dict):
            return [text for pair in part.items() for text in (*strings(pair[0]), *strings(pair[1]))]
        return [text for inner in part for text in strings(inner)] if isinstance(part, list) else [part]

    decoded = msgspec.json.decode(make_json_visible(msgspec.json.encode(value)))
    assert not acts("".join(strings(decoded)))
    if not acts("".join(strings(value))) and not {"\ufffe", "\uffff"} & set("".join(strings(value))):
        assert decoded == value
