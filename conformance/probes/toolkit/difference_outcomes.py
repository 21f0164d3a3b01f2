"""Outcomes from differences of two responses."""

from collections.abc import Iterator

from conformance.evidence.differences import ValueDifference
from conformance.evidence.outcomes import fail_case, pass_case, quote_json
from conformance.evidence.responses import OperationResponse
from conformance.model import Outcome


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
