"""A verdict with its message, for every kind of certification."""

import re

import msgspec

from conformance.model import Level, Verdict
from conformance.model.grades import grade_verdict

STACK_TRACE = re.compile(
    rb"Traceback \(most recent call last\)|File \"[^\"\n]+\", line \d+"  # Python
    rb"|^\s+at .+:\d+(:\d+)?\)?$|&nbsp;at .+?:\d+:\d+"  # JavaScript, Java, .NET
    rb"|goroutine \d+ \[|thread '[^']+' panicked at|\.rb:\d+:in |#\d+ /\S+\.php\(\d+\)",  # Go, Rust, Ruby, PHP
    re.MULTILINE,
)
"""A line of a stack trace, in common languages."""


class Assessment(msgspec.Struct, frozen=True):
    """A verdict with its message."""

    verdict: Verdict
    message: str = ""
    actual: str = ""


PASSED = Assessment(Verdict.PASS)


def apply_level(assessment: Assessment, level: Level) -> Assessment:
    """Lower a violation to a warning unless the requirement is a MUST."""
    return msgspec.structs.replace(assessment, verdict=grade_verdict(assessment.verdict, level))
