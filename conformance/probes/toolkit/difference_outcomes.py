"""Outcomes from differences of two responses, and the search for differences that last."""

from collections.abc import Iterator, Sequence

import msgspec

from conformance.evidence.differences import Difference, at
from conformance.evidence.outcomes import passed, quote, violated
from conformance.evidence.responses import Answer
from conformance.model import Noticed, Outcome
from conformance.probes.toolkit.base import Steps, ask


def differing(  # noqa: PLR0913 - a finding has these parts
    response: Answer, requirement: str, message: str, found: list[Difference], also: tuple[Answer, ...], *, shown: int
) -> Iterator[Outcome]:
    """Yield a violation for each of the first `shown` differences, or a pass where there is none."""
    if not found:
        yield passed(response, requirement)
    for found_difference in found[:shown]:
        yield difference(response, requirement, message, found_difference, also)


def difference(
    response: Answer, requirement: str, message: str, found: Difference, also: tuple[Answer, ...]
) -> Outcome:
    """Return the violation that one difference is, at its place."""
    old, new = quote(found.old), quote(found.new)
    return violated(response, requirement, message, expected=old, actual=new, pointer=found.pointer, also=also)


def lasting(plain: Answer, found: Sequence[Difference]) -> Steps[list[Difference]]:
    """Return the differences whose place two more plain reads leave unchanged; note the others as volatile.

    One more read is not enough: a value that flips with each read would be back where it was.
    """
    request = msgspec.structs.replace(plain.exchange.request, fresh=True)
    persistent = list(found)
    for _ in range(2 if found else 0):
        read = yield from ask(plain.operation, request)
        persistent = [
            candidate
            for candidate in persistent
            if at(read.json, candidate.pointer) == at(plain.json, candidate.pointer)
        ]
    for pointer in dict.fromkeys(candidate.pointer for candidate in found if candidate not in persistent):
        message = f"{pointer} changes between identical reads, so it is left out"
        yield Noticed("volatile-field", message, plain.operation.key)
    return persistent
