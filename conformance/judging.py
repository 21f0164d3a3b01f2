"""Short ways to write down an observation on an answer."""

from typing import Any

import msgspec

from conformance.answers import Answer
from conformance.model import Outcome, Verdict

_MOST = 400  # characters of a value that a finding quotes


def passed(answer: Answer, requirement: str) -> Outcome:
    """The answer satisfies the requirement."""
    return Outcome(requirement, answer.operation.key, Verdict.PASS, exchanges=(answer.exchange.id,))


def violated(  # noqa: PLR0913 - a finding has these parts
    answer: Answer,
    requirement: str,
    message: str,
    *,
    expected: str = "",
    actual: str = "",
    pointer: str = "",
    also: tuple[Answer, ...] = (),
) -> Outcome:
    """The answer violates the requirement; the driver turns it into WARN where the level is below MUST."""
    return observed(
        answer, requirement, Verdict.FAIL, message, expected=expected, actual=actual, pointer=pointer, also=also
    )


def observed(  # noqa: PLR0913 - a finding has these parts
    answer: Answer,
    requirement: str,
    verdict: Verdict,
    message: str,
    *,
    expected: str = "",
    actual: str = "",
    pointer: str = "",
    also: tuple[Answer, ...] = (),
) -> Outcome:
    """Any other verdict that rests on an answer, and on more exchanges beside it."""
    return Outcome(
        requirement,
        answer.operation.key,
        verdict,
        message,
        expected,
        actual,
        pointer,
        tuple(dict.fromkeys(each.exchange.id for each in (answer, *also))),
    )


def without(requirement: str, operation: str, verdict: Verdict, reason: str) -> Outcome:
    """A verdict that rests on no exchange: nothing could be asked, and why."""
    return Outcome(requirement, operation, verdict, reason)


def quote(value: Any) -> str:
    """A JSON value in one line, cut where it is long."""
    try:
        text = msgspec.json.encode(value).decode()
    except (TypeError, ValueError, msgspec.MsgspecError):  # UnicodeEncodeError: a lone surrogate
        text = ascii(value)
    return text if len(text) <= _MOST else f"{text[:_MOST]}… ({len(text)} characters)"
