"""A verdict with its words, as every kind of certification finds it."""

import re

import msgspec

from conformance.model import Level, Verdict

TRACES = re.compile(
    rb"Traceback \(most recent call last\)|File \"[^\"\n]+\", line \d+"  # Python
    rb"|^\s+at .+:\d+(:\d+)?\)?$|&nbsp;at .+?:\d+:\d+"  # JavaScript, Java, .NET
    rb"|goroutine \d+ \[|thread '[^']+' panicked at|\.rb:\d+:in |#\d+ /\S+\.php\(\d+\)",  # Go, Rust, Ruby, PHP
    re.MULTILINE,
)
"""What the stack traces of common languages look like."""


class Found(msgspec.Struct, frozen=True):
    """A verdict and its words."""

    verdict: Verdict
    message: str = ""
    actual: str = ""


RIGHT = Found(Verdict.PASS)


def graded(found: Found, level: Level) -> Found:
    """A violation of what only should be is a warning."""
    if found.verdict is Verdict.FAIL and level is not Level.MUST:
        return msgspec.structs.replace(found, verdict=Verdict.WARN)
    return found
