"""Outcomes from differences of two responses, and the search for differences that last."""

from collections.abc import Iterator, Sequence

import msgspec

from conformance.evidence.differences import ValueDifference, get_value
from conformance.evidence.outcomes import fail_case, pass_case, quote_json
from conformance.evidence.responses import OperationResponse
from conformance.model import Noticed, Outcome
from conformance.probes.toolkit.base import Steps, send


def report_differences(  # noqa: PLR0913 - a finding has these parts
    response: OperationResponse,
    requirement: str,
    message: str,
    differences: list[ValueDifference],
    also: tuple[OperationResponse, ...],
    *,
    limit: int,
) -> Iterator[Outcome]:
    """Yield a violation for each of the first `limit` differences, or a pass where there is none."""
    if not differences:
        yield pass_case(response, requirement)
    for found_difference in differences[:limit]:
        yield build_violation(response, requirement, message, found_difference, also)


def build_violation(
    response: OperationResponse,
    requirement: str,
    message: str,
    difference: ValueDifference,
    also: tuple[OperationResponse, ...],
) -> Outcome:
    """Return the violation that one difference is, at its place."""
    old, new = quote_json(difference.old), quote_json(difference.new)
    return fail_case(response, requirement, message, expected=old, actual=new, pointer=difference.pointer, also=also)


def find_lasting_differences(
    plain: OperationResponse, differences: Sequence[ValueDifference]
) -> Steps[list[ValueDifference]]:
    """Return the differences whose place two more plain reads leave unchanged; note the others as volatile.

    One more read is not enough: a value that flips with each read would be back where it was.
    """
    request = msgspec.structs.replace(plain.exchange.request, fresh=True)
    persistent = list(differences)
    for _ in range(2 if differences else 0):
        read = yield from send(plain.operation, request)
        persistent = [
            candidate
            for candidate in persistent
            if get_value(read.json, candidate.pointer) == get_value(plain.json, candidate.pointer)
        ]
    for pointer in dict.fromkeys(candidate.pointer for candidate in differences if candidate not in persistent):
        message = f"{pointer} changes between identical reads, so it is left out"
        yield Noticed("volatile-field", message, plain.operation.key)
    return persistent
