"""Texts for patterns that no plausible value fits."""

import random
import re

import pytest

from conformance.mock_server.world.pattern_text import draw_matching_text


@pytest.mark.parametrize(
    "pattern",
    [
        r"^[a-f\d]{24}$",
        r"\/images\/([a-f\d]{24})",
        r"^(?:#[0-9a-fA-F]{3}|#[0-9a-fA-F]{6})$",
        r"stable|([0-9]+)(?:\.([0-9]+))?(-.*)?",
        r"^[^abc]\w+?\s$",
        r"^x{2,}y*z+$",
    ],
)
def test_a_text_matches_its_pattern(pattern):
    for seed in range(50):
        text = draw_matching_text(pattern, random.Random(seed))  # noqa: S311 - texts for tests
        assert text is not None
        assert re.search(pattern, text)


@pytest.mark.parametrize("pattern", [r"^(?=a)b", r"(a)\1", "["])
def test_what_is_not_understood_gives_nothing(pattern):
    assert draw_matching_text(pattern, random.Random(1)) is None  # noqa: S311 - as above
