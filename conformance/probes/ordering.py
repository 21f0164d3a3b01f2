"""FLT-06: `ordering` orders a list, and a leading `-` reverses it."""

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import Any

from conformance.answers import Answer, values_at
from conformance.filtering import comparable
from conformance.judging import observed, passed, quote, violated
from conformance.model import Operation, Outcome, Request, ResourceModel, Verdict
from conformance.probes.arguments import Call, Missing, populated, untested
from conformance.probes.base import SPARE, Need, Probe, Steps, ask
from conformance.probes.paging import Page, page_of, quietly, walk
from conformance.probes.reading import plain_read
from conformance.probes.unwelcome import accepted
from conformance.subject import Subject


def _ordered(operation: Operation, model: ResourceModel) -> bool:
    return operation.method == "GET" and operation.ordering is not None


def _spellings(operation: Operation) -> tuple[tuple[str, bool], ...]:
    """Each field of an ordering, rising and, where that is documented, falling."""
    known = operation.ordering
    if known is None:
        return ()
    return tuple((field, down) for field in known.fields for down in (False, True) if known.reversible or not down)


def _needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    count = sum(1 + _halved(operation, down=down) for _, down in _spellings(operation))
    asked = Need(f"read {operation.path} ordered", count, SPARE)
    return (*plain_read(operation, model, SPARE), asked)


def _halved(operation: Operation, *, down: bool) -> bool:
    """Whether an order is asked for in two pages: falling ones are, for a list is ordered and not each page of it."""
    return down and operation.pagination is not None and bool(operation.pagination.size)


def _text(value: Any) -> str:
    return str(value)


def _folded(value: Any) -> str:
    return str(value).casefold()


def _letters(value: Any) -> str:
    return "".join(each for each in str(value).casefold() if each.isalnum())


# The collation of text is the server's own: with or without case, with or without punctuation (UTS #10).
COLLATIONS: tuple[Callable[[Any], Any], ...] = (_text, _folded, _letters)


def in_order(values: list[Any], *, down: bool) -> bool:
    """Whether values rise (or fall), equal ones side by side; text by any usual collation."""
    told = [comparable(value) for value in values]
    kinds = {type(each) for each in told}
    keys = [told] if len(kinds) == 1 and type(None) not in kinds else [[fold(v) for v in values] for fold in COLLATIONS]
    return any(all((b <= a) if down else (a <= b) for a, b in pairwise(each)) for each in keys)


def ordering(operation: Operation, subject: Subject) -> Steps[None]:
    """Each documented order: rising on one page as large as allowed, falling across two."""
    found = yield from populated(operation, subject, subject.spare)
    if isinstance(found, Missing):
        yield from untested(("FLT-06",), operation, found)
        return
    call, plain = found
    for field, down in _spellings(operation):
        size = -(-len(plain.items) // 2) if _halved(operation, down=down) else 0
        answer = yield from ask(operation, _request(call, field, size, down=down))
        pages: tuple[Page, ...] = (page_of(answer),)
        if size and answer.ok:
            pages = yield from quietly(walk(pages[0], call, subject, "next", 2))
        yield from _judged([page.answer for page in pages], field, down=down)
    reason = "the items have fewer than two different values to order by"
    yield observed(plain, "FLT-06", Verdict.NOT_APPLICABLE, reason)


def _request(call: Call, field: str, size: int, *, down: bool) -> Request:
    """The list in an order, in pages of a size; 0 for the largest."""
    known, pages = call.operation.ordering, call.operation.pagination
    sized = ((pages.size, str(size or pages.max_size)),) if pages and pages.size else ()
    return call.request((known.parameter if known else "", f"-{field}" if down else field), *sized)


def _judged(pages: Sequence[Answer], field: str, *, down: bool) -> Iterator[Outcome]:
    asked = f"{'-' if down else ''}{field}"
    if not pages[0].ok:
        yield from accepted(pages[0], "FLT-06", f"the documented order {asked}")
        return
    shown = [
        (page, at, value)
        for page in pages
        for where, item in page.objects
        for at, value in values_at(item, field, where)
        if isinstance(value, str | int | float)  # nulls stand at either end
    ]
    values = [value for *_, value in shown]
    if len({str(value) for value in values}) < 2:
        return
    if in_order(values, down=down):
        yield passed(pages[-1], "FLT-06")
        return
    index = next(i for i in range(2, len(values) + 1) if not in_order(values[:i], down=down)) - 1
    page, pointer, _ = shown[index]
    yield violated(
        page,
        "FLT-06",
        f"the list is not in the order {asked}",
        expected=f"{field} {'falling' if down else 'rising'}",
        actual=quote(values[max(0, index - 1) : index + 1]),
        pointer=pointer,
        also=tuple(each for each in pages if each is not page),
    )


PROBES = (Probe("ordering", ("FLT-06",), _ordered, _needs, ordering, rank=2),)
