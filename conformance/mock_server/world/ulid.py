"""Ids of the API: four letters that name a collection, then a ULID (48 bits of milliseconds, 80 of chance)."""

import random

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford base32
LENGTH = 26


def ulid(milliseconds: int, rng: random.Random) -> str:
    """Return a ULID of that time; the same generator state gives the same id."""
    number = milliseconds << 80 | rng.getrandbits(80)
    return "".join(ALPHABET[number >> shift & 31] for shift in range(125, -1, -5))


def moment_of(identifier: str) -> int | None:
    """Microseconds since 1970 inside a prefixed id, or None where it holds no ULID."""
    text = identifier[-LENGTH:]
    try:
        digits = [ALPHABET.index(each) for each in text[:10]]
    except ValueError:
        return None
    number = 0
    for digit in digits:
        number = number << 5 | digit
    return number * 1000 if len(text) == LENGTH and digits[0] < 8 else None
