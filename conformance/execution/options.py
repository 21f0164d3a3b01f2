"""Small readings of option texts that two front ends share."""

import re

from conformance.errors import UsageError


def shard_of(text: str) -> tuple[int, int]:
    """`I/N` as a pair with 1 ≤ I ≤ N; raises UsageError otherwise."""
    found = re.fullmatch(r"(\d{1,4})/(\d{1,4})", text)
    shard = (int(found[1]), int(found[2])) if found else (0, 0)
    if not 1 <= shard[0] <= shard[1]:
        raise UsageError(f"--shard {text!r} is no part of a whole", hint="As in --shard 2/4.")
    return shard
