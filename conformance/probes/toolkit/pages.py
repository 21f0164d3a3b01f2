"""Pages and the links between them: pure judgements and one walk. The probes of `pagination` decide what to request."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple, TypeVar, cast
from urllib.parse import parse_qs, urljoin

import msgspec

from conformance.evidence.filter_semantics import extract_id
from conformance.evidence.outcomes import fail_case, judge_case, pass_case, quote_json
from conformance.evidence.responses import OperationResponse, strip_base_url
from conformance.evidence.subject import Subject
from conformance.model import Operation, Outcome, Pagination, Request, Verdict
from conformance.probes.toolkit.base import Pause, Steps, send
from conformance.probes.toolkit.calls import OperationCall
from conformance.tools.link_header import BLANK_TARGET, LinkSyntaxError, index_by_relation, parse_link_header

T = TypeVar("T")


class ListPage(NamedTuple):
    """One page: its response and the URLs of its links; None for a link that is absent or cannot be parsed."""

    response: OperationResponse
    previous: str | None
    next: str | None

    @property
    def keys(self) -> tuple[str, ...]:
        """Return the keys of the items, in order."""
        return tuple(item_key(item, self.response.operation) for _, item in self.response.objects)

    @property
    def is_last(self) -> bool:
        """Return whether the link says that no page follows."""
        return self.next == BLANK_TARGET

    @property
    def is_void(self) -> bool:
        """Return whether the page has no items and no page follows."""
        return not self.response.items and self.next in {None, BLANK_TARGET}


def item_key(item: dict[str, Any], operation: Operation) -> str:
    """Return what identifies an item: its id, else its url, else all its content, with expanded links as URLs.

    An id that is not a string is judged by the schema; the last segment of the url is what it should be.
    """
    url = item.get("url")
    name = item.get("id", url)
    if isinstance(name, str):
        return name
    if isinstance(url, str):
        return extract_id(url)
    linked = {expansion.path for expansion in operation.first_expansions}
    plain = {
        key: value["url"] if key in linked and isinstance(value, dict) and "url" in value else value
        for key, value in item.items()
    }
    return msgspec.json.encode(plain, order="deterministic").decode()


def read_whole_list(call: OperationCall, plain: OperationResponse) -> Steps[OperationResponse]:
    """Return the list on one page as large as allowed.

    Return the plain response where the size cannot be chosen, or is refused.
    """
    pagination = call.operation.pagination
    if pagination is None or not pagination.size:
        return plain
    response = yield from send(call.operation, call.build_request((pagination.size, str(pagination.max_size))))
    return response if response.is_success else plain


def parse_page(response: OperationResponse) -> ListPage:
    """Return the page in a response, its links resolved (RFC 8288, 3.1); unparsable ones count as absent."""
    try:
        targets = index_by_relation(parse_link_header(_link_field(response) or ""))
        links = {rel: urljoin(response.exchange.url, target) for rel, target in targets.items()}
    except ValueError:  # LinkSyntaxError is one, and so is a URL with a wrong port
        links = {}
    return ListPage(response, links.get("previous", links.get("prev")), links.get("next"))


def _link_field(response: OperationResponse) -> str | None:
    """Return the `Link` field; several of them make one list (RFC 9110, section 5.2)."""
    http_response = response.exchange.response
    values = [value for name, value in http_response.headers if name.lower() == "link"] if http_response else []
    return ", ".join(values) if values else None


def _bad_link(
    response: OperationResponse, requirement: str, message: str, *, expected: str, actual: str = ""
) -> Outcome:
    """Return a violation that is in the `Link` header of a page."""
    return fail_case(response, requirement, message, expected=expected, actual=actual, pointer="header:Link")


def check_link_header(response: OperationResponse) -> Iterator[Outcome]:
    """Check that the `Link` header parses and has both relations (PAG-01)."""
    field = _link_field(response)
    if field is None:
        yield _bad_link(response, "PAG-01", "a page has no Link header", expected="previous and next")
        return
    try:
        rels = index_by_relation(parse_link_header(field))
    except LinkSyntaxError as error:
        message = f"the Link header does not parse: {error}"
        yield _bad_link(response, "PAG-01", message, expected="RFC 8288", actual=field)
        return
    missing = [rel for rel in ("previous", "next") if rel not in rels]
    for rel in missing:
        message = f'the Link header has no rel="{rel}"'
        yield _bad_link(response, "PAG-01", message, expected="previous and next", actual=field)
    if not missing:
        yield pass_case(response, "PAG-01")


def check_page_length(page: ListPage, size: int) -> Iterator[Outcome]:
    """Check that no page is longer than its size, and only the last one shorter (PAG-02)."""
    count = len(page.response.items)
    if count > size:
        message = "a page is longer than its size"
        yield fail_case(page.response, "PAG-02", message, expected=f"at most {size} items", actual=str(count))
    elif count < size and page.next is not None and not page.is_last:
        message = "a page that is not the last is not full"
        yield fail_case(page.response, "PAG-02", message, expected=f"{size} items", actual=str(count))
    else:
        yield pass_case(page.response, "PAG-02")


def has_only_empty_pages_after(page: ListPage, call: OperationCall, subject: Subject) -> Steps[bool]:
    """Return whether a page links to a next one without items, and no page follows that one."""
    following = yield from discard_outcomes(walk_pages(page, call, subject, "next", 2))
    return len(following) == 2 and following[1].is_void


def report_link_behind_end(page: ListPage) -> Outcome:
    """Return a violation of PAG-01: the last page with items links to an empty one."""
    message = "the last page links to a next one, which is empty"
    return _bad_link(page.response, "PAG-01", message, expected=BLANK_TARGET, actual=page.next or "")


def check_kept_parameters(
    page: ListPage, query: dict[str, list[str]], subject: Subject, pagination: Pagination
) -> Iterator[Outcome]:
    """Check that links keep the page size, the filters and `expand` of the request (PAG-05)."""
    page_parameters = {pagination.after, pagination.before, pagination.page}
    kept_query = {name: values for name, values in query.items() if name not in page_parameters}
    for rel, link in (("previous", page.previous), ("next", page.next)):
        if link is None or link == BLANK_TARGET or not kept_query:
            continue
        link_query = parse_qs(link.partition("?")[2].partition("#")[0], keep_blank_values=True)
        lost_query = {
            name: values for name, values in kept_query.items() if sorted(link_query.get(name, [])) != sorted(values)
        }
        for name, values in lost_query.items():
            message, expected = f'rel="{rel}" does not keep {name}', f"{name}={','.join(values)}"
            yield _bad_link(page.response, "PAG-05", message, expected=expected, actual=link)
        if not lost_query:
            yield pass_case(page.response, "PAG-05")


def parse_query(response: OperationResponse) -> dict[str, list[str]]:
    """Return the query of the request, with the values of each parameter."""
    return parse_qs(response.exchange.request.target.partition("?")[2], keep_blank_values=True)


def walk_pages(
    first: ListPage, call: OperationCall, subject: Subject, rel: str, max_pages: int
) -> Steps[tuple[ListPage, ...]]:
    """Follow the links `next` or `previous` verbatim, through `max_pages` pages in all, the first one included.

    The walk ends at about:blank, at a bad link, or where it comes to a page again. A link to another host is never
    followed, since the token would be sent there; it violates PAG-01.
    """
    pages, seen = [first], {first.response.exchange.request.target}
    while len(pages) < max_pages:
        page = yield from _follow(pages[-1], rel, seen, call, subject)
        if page is None:
            break
        pages.append(page)
    return tuple(pages)


def _follow(page: ListPage, rel: str, seen: set[str], call: OperationCall, subject: Subject) -> Steps[ListPage | None]:
    """Return the page that a link of a page leads to, and add its request target to `seen`; None where a walk ends."""
    link = page.next if rel == "next" else page.previous
    if link is None or link == BLANK_TARGET:
        return None
    target = strip_base_url(subject.target.base_url, link)
    if target is None:
        message = f'rel="{rel}" leads outside the target'
        yield _bad_link(page.response, "PAG-01", message, expected=subject.target.base_url, actual=link)
        return None
    if target in seen:
        yield _bad_link(page.response, "PAG-03", f'rel="{rel}" leads in a circle', expected="an end", actual=link)
        return None
    seen.add(target)
    response = yield from send(call.operation, call.build_request_to(target))
    if not response.is_success:
        message, actual = f'rel="{rel}" does not lead to a page', f"{response.status} at {link}"
        yield fail_case(page.response, "PAG-03", message, expected="2xx", actual=actual, also=(response,))
        return None
    if not response.has_list:
        message = f'rel="{rel}" leads to a response that is not a list; the walk ends before it'
        yield judge_case(page.response, "PAG-03", Verdict.INCONCLUSIVE, message, also=(response,))
        return None
    return parse_page(response)


def discard_outcomes(steps: Steps[T]) -> Steps[T]:
    """Run steps without their outcomes, with the same requests and result, for probes that judge something else."""
    try:
        step = next(steps)
        while True:
            if isinstance(step, Pause):
                yield step
            step = steps.send((yield step)) if isinstance(step, Request) else next(steps)
    except StopIteration as end:
        return cast("T", end.value)


def check_items_once(pages: tuple[ListPage, ...], whole: ListPage | None) -> Iterator[Outcome]:
    """Check that the walk shows every item once (PAG-03 and IDS-05).

    `whole` is the same list on one page, where it fits.
    """
    counted = Counter(key for page in pages for key in page.keys)
    last, also = pages[-1].response, (whole.response,) if whole else ()
    expected_count = Counter(whole.keys) if whole and whole.is_last and pages[-1].is_last else counted
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
            yield fail_case(
                last,
                requirement,
                f"walking next {words}, {len(keys)} in all",
                expected="each item once",
                actual=quote_json(keys[:3]),
                also=(*(page.response for page in pages[:-1]), *also),
            )
    if counted and not any(keys for _, _, keys in complaints):
        yield pass_case(last, "PAG-03")
        yield pass_case(last, "IDS-05")


def first_difference(first: Sequence[object], second: Sequence[object]) -> int:
    """Return the index of the first difference; the length of the shorter sequence where it begins the longer one."""
    pairs = enumerate(zip(first, second, strict=False))
    return next((index for index, (a, b) in pairs if a != b), min(len(first), len(second)))


def report_new_order(
    earlier: tuple[OperationResponse, Sequence[str]], later: tuple[OperationResponse, Sequence[str]]
) -> Outcome:
    """Return a violation of PAG-09: two reads, each given with its keys, show the same items in another order."""
    index = first_difference(earlier[1], later[1])
    return fail_case(
        later[0],
        "PAG-09",
        "two reads of one list differ in their order",
        expected=quote_json(earlier[1][index : index + 2]),
        actual=quote_json(later[1][index : index + 2]),
        also=(earlier[0],),
    )


def check_walk_back(forth: tuple[ListPage, ...], back: tuple[ListPage, ...]) -> Iterator[Outcome]:
    """Check that walking `previous` from the last page gives the same pages (PAG-04)."""
    expected_keys = [page.keys for page in reversed(forth)]
    actual_keys = [page.keys for page in back]
    if actual_keys == expected_keys:
        yield pass_case(back[-1].response, "PAG-04")
        return
    index = first_difference(expected_keys, actual_keys)
    yield fail_case(
        back[min(index, len(back) - 1)].response,
        "PAG-04",
        "walking previous gives other pages than walking next",
        expected=quote_json(expected_keys[index] if index < len(expected_keys) else []),
        actual=quote_json(actual_keys[index] if index < len(actual_keys) else []),
        also=tuple(page.response for page in forth),
    )


def check_ends(pages: tuple[ListPage, ...], max_pages: int) -> Iterator[Outcome]:
    """Check that about:blank stands before the first page and after the last, and nowhere between (PAG-01)."""
    first = pages[0]
    if first.previous is not None and first.previous != BLANK_TARGET:
        message = "the first page links to a previous one"
        yield _bad_link(first.response, "PAG-01", message, expected=BLANK_TARGET, actual=first.previous)
    for page in pages[1:]:
        if page.previous == BLANK_TARGET:
            message = "a page after the first does not link to a previous one"
            yield _bad_link(page.response, "PAG-01", message, expected="a URL", actual=BLANK_TARGET)
    if not pages[-1].is_last and len(pages) == max_pages:
        yield judge_case(pages[-1].response, "PAG-03", Verdict.PASS, f"walked the first {max_pages} pages")
