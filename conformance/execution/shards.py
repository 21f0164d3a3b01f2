"""Parsers of option values that the command line and the pytest plugin share."""

import re

from conformance.errors import UsageError


def parse_shard(text: str) -> tuple[int, int]:
    """Parse a shard `I/N` into (I, N); raises UsageError unless 1 ≤ I ≤ N."""
    match = re.fullmatch(r"(\d{1,4})/(\d{1,4})", text)
    shard = (int(match[1]), int(match[2])) if match else (0, 0)
    if not 1 <= shard[0] <= shard[1]:
        raise UsageError(f"--shard must be I/N with 1 ≤ I ≤ N, got {text!r}", hint="For example --shard 2/4")
    return shard
