"""A verdict with its message, for every kind of certification."""

import html
import re

import msgspec

from conformance.model import Level, Verdict
from conformance.model.grades import grade_verdict

_STACK_TRACE = re.compile(
    r"Traceback \(most recent call last\)|File \"[^\"\n]+\", line \d+"  # Python
    r"|^\s+at .+:(line )?\d+(:\d+)?\)?\s*$|&nbsp;at .+?:\d+:\d+"  # JavaScript, Java, .NET
    r"|^\s+at [\w.$<>`\[\]]+\([^()\n]*\)\s*$"  # Java and .NET without line numbers
    r"|\"file\":\"[^\"]+\.php\",\"line\":\d+,\"function\""  # Laravel
    r"|^\s+\(\w+ [\d.]+\) \S+\.exs?:\d+: "  # Elixir
    r"|goroutine \d+ \[|thread '[^']+' panicked at|\.rb:\d+:in |#\d+ /\S+\.php\(\d+\)",  # Go, Rust, Ruby, PHP
    re.MULTILINE,
)
"""A line of a stack trace, in common languages."""
_ESCAPES = (
    ("\\r", ""),
    ("\\n", "\n"),
    ("\\t", "\t"),
    ('\\"', '"'),
    ("\\/", "/"),
    ("<br>", "\n"),
    ("<br/>", "\n"),
    ("<br />", "\n"),
)
"""How JSON and HTML write what separates the lines of a stack trace."""


def has_stack_trace(body: bytes) -> bool:
    """Return whether a body shows a stack trace: as plain text, inside JSON or inside HTML."""
    text = body.decode("latin-1")
    if _STACK_TRACE.search(text):
        return True
    for written, meant in _ESCAPES:
        text = text.replace(written, meant)
    return bool(_STACK_TRACE.search(html.unescape(text)))


class Assessment(msgspec.Struct, frozen=True):
    """A verdict with its message. `reason` replaces the reason of the requirement where another one fits better.

    `is_noisy` says that noise of the machine leaves the verdict open, so that a repetition may decide.
    """

    verdict: Verdict
    message: str = ""
    actual: str = ""
    reason: str = ""
    is_noisy: bool = False


PASSED = Assessment(Verdict.PASS)


def apply_level(assessment: Assessment, level: Level) -> Assessment:
    """Lower a violation to a warning unless the requirement is a MUST."""
    return msgspec.structs.replace(assessment, verdict=grade_verdict(assessment.verdict, level))
