"""Pages and the links between them: pure judgements and one walk. The probes of `pagination` decide what to request."""

from typing import Any, NamedTuple, TypeVar, cast
from urllib.parse import parse_qs, urljoin

import msgspec

from conformance.evidence.filter_semantics import extract_id
from conformance.evidence.outcomes import fail_case, judge_case
from conformance.evidence.responses import OperationResponse
from conformance.evidence.subject import Subject
from conformance.evidence.urls import strip_base_url
from conformance.model import Operation, Outcome, Request, Verdict
from conformance.probes.toolkit.base import Pause, Steps, send
from conformance.probes.toolkit.calls import OperationCall
from conformance.tools.link_header import BLANK_TARGET, index_by_relation, parse_link_header

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


def choose_largest_size(operation: Operation) -> tuple[tuple[str, str], ...]:
    """Return the query parameter for the largest page of a list; none where the size cannot be chosen."""
    pagination = operation.pagination
    return ((pagination.size, str(pagination.max_size)),) if pagination and pagination.size else ()


def read_whole_list(call: OperationCall, plain: OperationResponse) -> Steps[OperationResponse]:
    """Return the list on one page as large as allowed.

    Return the plain response where the size cannot be chosen, or is refused.
    """
    size = choose_largest_size(call.operation)
    if not size:
        return plain
    response = yield from send(call.operation, call.build_request(*size))
    return response if response.is_success else plain


def parse_page(response: OperationResponse) -> ListPage:
    """Return the page in a response, its links resolved (RFC 8288, 3.1); unparsable ones count as absent."""
    try:
        targets = index_by_relation(parse_link_header(join_link_fields(response) or ""))
        links = {rel: urljoin(response.exchange.url, target) for rel, target in targets.items()}
    except ValueError:  # LinkSyntaxError is one, and so is a URL with a wrong port
        links = {}
    return ListPage(response, links.get("previous", links.get("prev")), links.get("next"))


def join_link_fields(response: OperationResponse) -> str | None:
    """Return the value of the `Link` header, several fields joined (RFC 9110, section 5.2); None without one."""
    http_response = response.exchange.response
    values = [value for name, value in http_response.headers if name.lower() == "link"] if http_response else []
    return ", ".join(values) if values else None


def has_only_empty_pages_after(page: ListPage, call: OperationCall, subject: Subject) -> Steps[bool]:
    """Return whether a page links to a next one without items, and no page follows that one."""
    following = yield from discard_outcomes(walk_pages(page, call, subject, "next", 2))
    return len(following) == 2 and following[1].is_void


def fail_link_header(
    response: OperationResponse, requirement: str, message: str, *, expected: str, actual: str = ""
) -> Outcome:
    """Return a violation that is in the `Link` header of a page."""
    return fail_case(response, requirement, message, expected=expected, actual=actual, pointer="header:Link")


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
        yield fail_link_header(page.response, "PAG-01", message, expected=subject.target.base_url, actual=link)
        return None
    if target in seen:
        yield fail_link_header(
            page.response, "PAG-03", f'rel="{rel}" leads in a circle', expected="an end", actual=link
        )
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
