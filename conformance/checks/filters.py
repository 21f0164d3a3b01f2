"""FLT-01 and FLT-05: whatever a filtered list shows satisfies the filter, on its first page and on all that follow."""

from collections.abc import Iterator
from urllib.parse import parse_qs

from conformance.answers import Answer
from conformance.checks.base import Check
from conformance.filtering import asked, satisfies, values
from conformance.judging import passed, quote, violated
from conformance.model import Outcome, Role
from conformance.subject import Subject


def filter_holds(answer: Answer, subject: Subject) -> Iterator[Outcome]:
    """FLT-01 on a first page, FLT-05 on a later one."""
    operation = answer.operation
    if not answer.ok or not operation.filters or not answer.objects:
        return
    query = parse_qs(answer.exchange.request.target.partition("?")[2], keep_blank_values=True)
    requirement = "FLT-05" if _later(answer, query) else "FLT-01"
    for which, wanted in asked(operation.filters, query):
        told = [(at, item, satisfies(which, item, wanted)) for at, item in answer.objects]
        for at, item, holds in told:
            if holds is False:
                yield violated(
                    answer,
                    requirement,
                    f"an item does not satisfy {which.parameter}",
                    expected=f"{which.parameter}={wanted}",
                    actual=f"{which.field}: {quote(values(which, item))}",
                    pointer=at,
                )
        if all(holds for _, _, holds in told):
            yield passed(answer, requirement)


def _later(answer: Answer, query: dict[str, list[str]]) -> bool:
    """Whether the request asked for a page by a cursor, or by a number above 1."""
    pagination = answer.operation.pagination
    if pagination is None or answer.operation.role is not Role.LIST:
        return False
    if any(name and name in query for name in (pagination.after, pagination.before)):
        return True
    return bool(pagination.page) and query.get(pagination.page, ["1"]) != ["1"]


CHECKS = (Check(("FLT-01", "FLT-05"), filter_holds),)
