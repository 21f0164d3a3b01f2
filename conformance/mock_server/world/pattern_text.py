"""Texts that match a regular expression, for schemas whose pattern no plausible value fits."""

import importlib
import random
import re
from collections.abc import Callable
from typing import Any

_parser: Any = importlib.import_module("re._parser")  # the parser of `re`: what it reads is what `re` matches
_MAX_REPEATS = 3  # of what may be repeated without end
_BY_CATEGORY = {"CATEGORY_DIGIT": "0123456789", "CATEGORY_SPACE": " ", "CATEGORY_WORD": "abcxyz019_"}
_ANY = "abcdefghijklmnopqrstuvwxyz0123456789"


def draw_matching_text(pattern: str, rng: random.Random) -> str | None:
    """Return a text that a pattern matches, None where it uses what is not understood, such as a look-ahead."""
    try:
        text = _draw_all(_parser.parse(pattern), rng)
    except (re.error, KeyError, OverflowError, RecursionError):
        return None
    return text if re.search(pattern, text) else None


def _draw_all(nodes: Any, rng: random.Random) -> str:
    """Return a text for nodes of a parsed pattern. Raises KeyError for a kind that is not understood."""
    return "".join(_DRAWERS[str(kind)](value, rng) for kind, value in nodes)


def _repeat(value: Any, rng: random.Random) -> str:
    low, high, nodes = value
    return "".join(_draw_all(nodes, rng) for _ in range(rng.randint(low, min(int(high), low + _MAX_REPEATS))))


_DRAWERS: dict[str, Callable[[Any, random.Random], str]] = {
    "LITERAL": lambda code, _: chr(code),
    "NOT_LITERAL": lambda code, rng: rng.choice(_ANY.replace(chr(code), "")),
    "ANY": lambda _, rng: rng.choice(_ANY),
    "IN": lambda members, rng: rng.choice(_list_characters(members)),
    "BRANCH": lambda value, rng: _draw_all(rng.choice(value[1]), rng),
    "SUBPATTERN": lambda value, rng: _draw_all(value[-1], rng),
    "MAX_REPEAT": _repeat,
    "MIN_REPEAT": _repeat,
    "AT": lambda _, __: "",  # an anchor has no text of its own
}


def _list_characters(members: Any) -> str:
    """Return the characters of a set, those that it excludes left out of the usual ones."""
    characters, is_negated = "", False
    for kind, value in members:
        name = str(kind)
        if name == "NEGATE":
            is_negated = True
        elif name == "LITERAL":
            characters += chr(value)
        elif name == "RANGE":
            characters += "".join(map(chr, range(value[0], min(value[1], value[0] + 127) + 1)))
        elif name == "CATEGORY" and str(value) in _BY_CATEGORY:
            characters += _BY_CATEGORY[str(value)]
        else:
            raise KeyError(name)
    return "".join(character for character in _ANY if character not in characters) if is_negated else characters
