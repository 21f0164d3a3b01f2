"""Ids of the API: four letters that name a collection, then a ULID (48 bits of milliseconds, 80 of chance)."""

import random

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford base32
ULID_LENGTH = 26


def create_ulid(milliseconds: int, rng: random.Random) -> str:
    """Return a ULID of that time; the same generator state gives the same id."""
    number = milliseconds << 80 | rng.getrandbits(80)
    return "".join(ALPHABET[number >> shift & 31] for shift in range(125, -1, -5))
