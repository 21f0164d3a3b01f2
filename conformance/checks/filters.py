"""FLT-01 and FLT-05: every item of a filtered list satisfies the filter, on the first page and on all that follow."""

from collections.abc import Iterator
from urllib.parse import parse_qs

from conformance.checks.base import Check
from conformance.evidence.filter_semantics import find_used_filters, get_filtered_values, is_satisfied
from conformance.evidence.outcomes import fail_case, pass_case, quote_json
from conformance.evidence.responses import OperationResponse
from conformance.evidence.subject import Subject
from conformance.model import Outcome, Role


def check_filters(response: OperationResponse, subject: Subject) -> Iterator[Outcome]:
    """Check that every item satisfies the filters of the request: FLT-01 on a first page, FLT-05 on a later one."""
    operation = response.operation
    if not response.is_success or not operation.filters or not response.objects:
        return
    query = parse_qs(response.exchange.request.target.partition("?")[2], keep_blank_values=True)
    requirement = "FLT-05" if _is_later_page(response, query) else "FLT-01"
    for query_filter, value in find_used_filters(operation.filters, query):
        judged_items = [(at, item, is_satisfied(query_filter, item, value)) for at, item in response.objects]
        for at, item, result in judged_items:
            if result is False:
                yield fail_case(
                    response,
                    requirement,
                    f"an item does not satisfy {query_filter.parameter}",
                    expected=f"{query_filter.parameter}={value}",
                    actual=f"{query_filter.field}: {quote_json(get_filtered_values(query_filter, item))}",
                    pointer=at,
                )
        if all(result for _, _, result in judged_items):
            yield pass_case(response, requirement)


def _is_later_page(response: OperationResponse, query: dict[str, list[str]]) -> bool:
    """Return whether the request is for a page by a cursor, or by a number above 1."""
    pagination = response.operation.pagination
    if pagination is None or response.operation.role is not Role.LIST:
        return False
    if any(name and name in query for name in (pagination.after, pagination.before)):
        return True
    return bool(pagination.page) and query.get(pagination.page, ["1"]) != ["1"]


CHECKS = (Check(("FLT-01", "FLT-05"), check_filters, by_body=True),)
