"""Ids: four letters that name a collection, then a ULID (https://github.com/ulid/spec)."""

import random
import re

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base32: no I, L, O, U
_VALUE = {letter: index for index, letter in enumerate(ALPHABET)}
_SHAPE = re.compile(rf"[0-7][{ALPHABET}]{{25}}")


def is_ulid(text: str) -> bool:
    """Return whether a text is a ULID: 26 characters of Crockford's base32 within 128 bits."""
    return _SHAPE.fullmatch(text) is not None


def extract_milliseconds(text: str) -> int:
    """Return the time inside a ULID, in milliseconds since 1970; the text must be a ULID."""
    total = 0
    for letter in text[:10]:
        total = total * 32 + _VALUE[letter]
    return total


def draw_ulid(rng: random.Random, at_ms: int) -> str:
    """Return a ULID of a time in milliseconds since 1970."""
    time = "".join(ALPHABET[at_ms >> shift & 31] for shift in range(45, -1, -5))
    return time + "".join(rng.choice(ALPHABET) for _ in range(16))


def read_time_ms(text: str) -> int | None:
    """Return the time inside a text that is a ULID, in milliseconds since 1970; None for any other text."""
    return extract_milliseconds(text) if is_ulid(text) else None
