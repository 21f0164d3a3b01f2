"""Pages and the links between them: pure judgements and one walk. The probes of `pagination` decide what to request."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple, TypeVar, cast
from urllib.parse import parse_qs

import msgspec

from conformance.evidence.filter_semantics import last_segment
from conformance.evidence.outcomes import observed, passed, quote, violated
from conformance.evidence.responses import Answer, below
from conformance.evidence.subject import Subject
from conformance.model import Operation, Outcome, Pagination, Request, Verdict
from conformance.probes.toolkit.base import Steps, ask
from conformance.probes.toolkit.calls import Call
from conformance.tools.link_header import BLANK, LinkSyntaxError, by_rel, parse

T = TypeVar("T")


class Page(NamedTuple):
    """One page: its response and the URLs of its links; None for a link that is absent or cannot be parsed."""

    answer: Answer
    previous: str | None
    next: str | None

    @property
    def keys(self) -> tuple[str, ...]:
        """Keys of the items, in order."""
        return tuple(key_of(item, self.answer.operation) for _, item in self.answer.objects)

    @property
    def last(self) -> bool:
        """Return whether the link says that no page follows."""
        return self.next == BLANK

    @property
    def void(self) -> bool:
        """Return whether the page has no items and no page follows."""
        return not self.answer.items and self.next in {None, BLANK}


def key_of(item: dict[str, Any], operation: Operation) -> str:
    """Return what identifies an item: its id, else its url, else all its content, with expanded links as URLs.

    An id that is not a string is judged by the schema; the last segment of the url is what it should be.
    """
    url = item.get("url")
    name = item.get("id", url)
    if isinstance(name, str):
        return name
    if isinstance(url, str):
        return last_segment(url)
    linked = {expansion.path for expansion in operation.first_expansions}
    plain = {
        key: value["url"] if key in linked and isinstance(value, dict) and "url" in value else value
        for key, value in item.items()
    }
    return msgspec.json.encode(plain, order="deterministic").decode()


def whole_list(call: Call, plain: Answer) -> Steps[Answer]:
    """Return the list on one page as large as allowed.

    Return the plain response where the size cannot be chosen, or is refused.
    """
    pagination = call.operation.pagination
    if pagination is None or not pagination.size:
        return plain
    response = yield from ask(call.operation, call.request((pagination.size, str(pagination.max_size))))
    return response if response.ok else plain


def page_of(answer: Answer) -> Page:
    """Return the page in a response; links that cannot be parsed count as absent."""
    try:
        links = by_rel(parse(_link_field(answer) or ""))
    except LinkSyntaxError:
        links = {}
    return Page(answer, links.get("previous", links.get("prev")), links.get("next"))


def _link_field(response: Answer) -> str | None:
    """Return the `Link` field; several of them make one list (RFC 9110, section 5.2)."""
    http_response = response.exchange.response
    values = [value for name, value in http_response.headers if name.lower() == "link"] if http_response else []
    return ", ".join(values) if values else None


def _bad_link(response: Answer, requirement: str, message: str, *, expected: str, actual: str = "") -> Outcome:
    """Return a violation that is in the `Link` header of a page."""
    return violated(response, requirement, message, expected=expected, actual=actual, pointer="header:Link")


def linked(answer: Answer) -> Iterator[Outcome]:
    """Check that the `Link` header parses and has both relations (PAG-01)."""
    field = _link_field(answer)
    if field is None:
        yield _bad_link(answer, "PAG-01", "a page has no Link header", expected="previous and next")
        return
    try:
        rels = by_rel(parse(field))
    except LinkSyntaxError as error:
        message = f"the Link header does not parse: {error}"
        yield _bad_link(answer, "PAG-01", message, expected="RFC 8288", actual=field)
        return
    missing = [rel for rel in ("previous", "next") if rel not in rels]
    for rel in missing:
        message = f'the Link header has no rel="{rel}"'
        yield _bad_link(answer, "PAG-01", message, expected="previous and next", actual=field)
    if not missing:
        yield passed(answer, "PAG-01")


def filled(page: Page, size: int) -> Iterator[Outcome]:
    """Check that no page is longer than its size, and only the last one shorter (PAG-02)."""
    count = len(page.answer.items)
    if count > size:
        message = "a page is longer than its size"
        yield violated(page.answer, "PAG-02", message, expected=f"at most {size} items", actual=str(count))
    elif count < size and page.next is not None and not page.last:
        message = "a page that is not the last is not full"
        yield violated(page.answer, "PAG-02", message, expected=f"{size} items", actual=str(count))
    else:
        yield passed(page.answer, "PAG-02")


def followed_by_nothing(page: Page, call: Call, subject: Subject) -> Steps[bool]:
    """Return whether a page links to a next one without items, and no page follows that one."""
    following = yield from quietly(walk(page, call, subject, "next", 2))
    return len(following) == 2 and following[1].void


def beyond_the_end(page: Page) -> Outcome:
    """Return a violation of PAG-01: the last page with items links to an empty one."""
    message = "the last page links to a next one, which is empty"
    return _bad_link(page.answer, "PAG-01", message, expected=BLANK, actual=page.next or "")


def keeps(page: Page, asked: dict[str, list[str]], subject: Subject, pagination: Pagination) -> Iterator[Outcome]:
    """Check that links keep the page size, the filters and `expand` of the request (PAG-05)."""
    page_parameters = {pagination.after, pagination.before, pagination.page}
    kept_query = {name: values for name, values in asked.items() if name not in page_parameters}
    for rel, link in (("previous", page.previous), ("next", page.next)):
        if link is None or link == BLANK or not kept_query:
            continue
        link_query = parse_qs(link.partition("?")[2].partition("#")[0], keep_blank_values=True)
        lost_query = {
            name: values for name, values in kept_query.items() if sorted(link_query.get(name, [])) != sorted(values)
        }
        for name, values in lost_query.items():
            message, expected = f'rel="{rel}" does not keep {name}', f"{name}={','.join(values)}"
            yield _bad_link(page.answer, "PAG-05", message, expected=expected, actual=link)
        if not lost_query:
            yield passed(page.answer, "PAG-05")


def query_of(answer: Answer) -> dict[str, list[str]]:
    """Return the query of the request, with the values of each parameter."""
    return parse_qs(answer.exchange.request.target.partition("?")[2], keep_blank_values=True)


def walk(first: Page, call: Call, subject: Subject, rel: str, most: int) -> Steps[tuple[Page, ...]]:
    """Follow the links `next` or `previous` verbatim, through `most` pages in all, the first one included.

    The walk ends at about:blank, at a bad link, or where it comes to a page again. A link to another host is never
    followed, since the token would be sent there; it violates PAG-01.
    """
    pages, seen = [first], {first.answer.exchange.request.target}
    while len(pages) < most:
        page = yield from _follow(pages[-1], rel, seen, call, subject)
        if page is None:
            break
        pages.append(page)
    return tuple(pages)


def _follow(page: Page, rel: str, seen: set[str], call: Call, subject: Subject) -> Steps[Page | None]:
    """Return the page that a link of a page leads to, and add its request target to `seen`; None where a walk ends."""
    link = page.next if rel == "next" else page.previous
    if link is None or link == BLANK:
        return None
    target = below(subject.target.base_url, link)
    if target is None:
        message = f'rel="{rel}" leads outside the target'
        yield _bad_link(page.answer, "PAG-01", message, expected=subject.target.base_url, actual=link)
        return None
    if target in seen:
        yield _bad_link(page.answer, "PAG-03", f'rel="{rel}" leads in a circle', expected="an end", actual=link)
        return None
    seen.add(target)
    response = yield from ask(call.operation, call.at(target))
    if not response.ok:
        message, actual = f'rel="{rel}" does not lead to a page', f"{response.status} at {link}"
        yield violated(page.answer, "PAG-03", message, expected="2xx", actual=actual, also=(response,))
        return None
    if not response.listed:
        message = f'rel="{rel}" leads to a response that is not a list; the walk ends before it'
        yield observed(page.answer, "PAG-03", Verdict.INCONCLUSIVE, message, also=(response,))
        return None
    return page_of(response)


def quietly(steps: Steps[T]) -> Steps[T]:
    """Run steps without their outcomes, with the same requests and result, for probes that judge something else."""
    try:
        step = next(steps)
        while True:
            step = steps.send((yield step)) if isinstance(step, Request) else next(steps)
    except StopIteration as end:
        return cast("T", end.value)


def once_each(pages: tuple[Page, ...], whole: Page | None) -> Iterator[Outcome]:
    """Check that the walk shows every item once (PAG-03 and IDS-05).

    `whole` is the same list on one page, where it fits.
    """
    counted = Counter(key for page in pages for key in page.keys)
    last, also = pages[-1].answer, (whole.answer,) if whole else ()
    expected_count = Counter(whole.keys) if whole and whole.last and pages[-1].last else counted
    repeated = sorted(key for key, times in counted.items() if times > 1)
    complaints = (
        ("PAG-03", "shows an item twice", repeated),
        ("IDS-05", "shows an id twice", [key for key in repeated if not key.startswith("{")]),
        ("PAG-03", "leaves an item out", [key for key in expected_count if key not in counted]),
        (
            "PAG-03",
            "shows an item that the whole list on one page lacks",
            [key for key in counted if key not in expected_count],
        ),
    )
    for requirement, words, keys in complaints:
        if keys:
            yield violated(
                last,
                requirement,
                f"walking next {words}, {len(keys)} in all",
                expected="each item once",
                actual=quote(keys[:3]),
                also=(*(page.answer for page in pages[:-1]), *also),
            )
    if counted and not any(keys for _, _, keys in complaints):
        yield passed(last, "PAG-03")
        yield passed(last, "IDS-05")


def parting(one: Sequence[object], other: Sequence[object]) -> int:
    """Return the index of the first difference; the length of the shorter sequence where it begins the longer one."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((index for index, (a, b) in pairs if a != b), min(len(one), len(other)))


def report_new_order(earlier: tuple[Answer, Sequence[str]], later: tuple[Answer, Sequence[str]]) -> Outcome:
    """Return a violation of PAG-09: two reads, each given with its keys, show the same items in another order."""
    index = parting(earlier[1], later[1])
    return violated(
        later[0],
        "PAG-09",
        "two reads of one list differ in their order",
        expected=quote(earlier[1][index : index + 2]),
        actual=quote(later[1][index : index + 2]),
        also=(earlier[0],),
    )


def same_back(there: tuple[Page, ...], back: tuple[Page, ...]) -> Iterator[Outcome]:
    """Check that walking `previous` from the last page gives the same pages (PAG-04)."""
    expected_keys = [page.keys for page in reversed(there)]
    actual_keys = [page.keys for page in back]
    if actual_keys == expected_keys:
        yield passed(back[-1].answer, "PAG-04")
        return
    index = parting(expected_keys, actual_keys)
    yield violated(
        back[min(index, len(back) - 1)].answer,
        "PAG-04",
        "walking previous gives other pages than walking next",
        expected=quote(expected_keys[index] if index < len(expected_keys) else []),
        actual=quote(actual_keys[index] if index < len(actual_keys) else []),
        also=tuple(page.answer for page in there),
    )


def ends(pages: tuple[Page, ...], most: int) -> Iterator[Outcome]:
    """Check that about:blank stands before the first page and after the last, and nowhere between (PAG-01)."""
    first = pages[0]
    if first.previous is not None and first.previous != BLANK:
        message = "the first page links to a previous one"
        yield _bad_link(first.answer, "PAG-01", message, expected=BLANK, actual=first.previous)
    for page in pages[1:]:
        if page.previous == BLANK:
            message = "a page after the first does not link to a previous one"
            yield _bad_link(page.answer, "PAG-01", message, expected="a URL", actual=BLANK)
    if not pages[-1].last and len(pages) == most:
        yield observed(pages[-1].answer, "PAG-03", Verdict.PASS, f"walked the first {most} pages")
