"""Constructors of outcomes: verdicts on one response, and verdicts without any."""

from typing import Any, TypedDict, Unpack

import msgspec

from conformance.evidence.responses import OperationResponse
from conformance.model import Outcome, Verdict

_MAX_QUOTED = 400  # characters of a value in a message


def pass_case(response: OperationResponse, requirement: str) -> Outcome:
    """Return PASS for a response that satisfies the requirement."""
    return Outcome(requirement, response.operation.key, Verdict.PASS, exchanges=(response.exchange.id,))


class OutcomeDetails(TypedDict, total=False):
    """Details of an outcome beside its message (see `Outcome`); `also` are further responses that it rests on."""

    expected: str
    actual: str
    pointer: str
    also: tuple[OperationResponse, ...]


def fail_case(
    response: OperationResponse, requirement: str, message: str, **details: Unpack[OutcomeDetails]
) -> Outcome:
    """Return FAIL for a response that violates the requirement; the recorder lowers it to WARN below the level MUST."""
    return judge_case(response, requirement, Verdict.FAIL, message, **details)


def judge_case(
    response: OperationResponse, requirement: str, verdict: Verdict, message: str, **details: Unpack[OutcomeDetails]
) -> Outcome:
    """Return an outcome with any verdict that rests on a response, and on those in `also`."""
    responses = (response, *details.get("also", ()))
    return Outcome(
        requirement,
        response.operation.key,
        verdict,
        message,
        details.get("expected", ""),
        details.get("actual", ""),
        details.get("pointer", ""),
        tuple(dict.fromkeys(response.exchange.id for response in responses)),
    )


def skip_case(requirement: str, operation: str, verdict: Verdict, reason: str) -> Outcome:
    """Return a verdict that rests on no exchange, with the reason why no request was sent."""
    return Outcome(requirement, operation, verdict, reason)


def quote_json(value: Any) -> str:
    """Return a JSON value on one line, cut after 400 characters."""
    try:
        text = msgspec.json.encode(value).decode()
    except (TypeError, ValueError, msgspec.MsgspecError):  # UnicodeEncodeError: a lone surrogate
        text = ascii(value)
    return text if len(text) <= _MAX_QUOTED else f"{text[:_MAX_QUOTED]}… ({len(text)} characters)"
