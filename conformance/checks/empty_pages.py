"""PAG-08: a page without items behind the first one does not exist, and gives 404 where that is documented."""

from collections.abc import Iterator
from urllib.parse import parse_qs

from conformance.checks.base import Check
from conformance.evidence.outcomes import fail_case
from conformance.evidence.responses import OperationResponse
from conformance.evidence.subject import Subject
from conformance.model import Outcome
from conformance.tools.counts import parse_count


def check_empty_page(response: OperationResponse, subject: Subject) -> Iterator[Outcome]:
    """Check that no page with a number above 1 is an empty list.

    It is wrong even if the list became shorter meanwhile, since the page is gone then.
    """
    operation, pagination = response.operation, response.operation.pagination
    if pagination is None or not pagination.page or operation.find_response(404) is None:
        return
    query = parse_qs(response.exchange.request.target.partition("?")[2])
    number = query.get(pagination.page, [""])[-1]
    is_empty = response.is_success and response.is_own_method and response.has_list and not response.items
    if is_empty and (parse_count(number) or 0) > 1:
        message = "a page that does not exist is an empty list"
        pointer = f"query:{pagination.page}"
        yield fail_case(response, "PAG-08", message, expected="404", actual="200 and []", pointer=pointer)


CHECKS = (Check(("PAG-08",), check_empty_page, by_body=True),)
