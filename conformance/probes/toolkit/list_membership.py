"""Search in the list of a collection for a resource that a write created."""

from urllib.parse import urlencode

import msgspec

from conformance.evidence.responses import OperationResponse
from conformance.evidence.subject import Subject
from conformance.evidence.urls import extract_path, strip_base_url
from conformance.model import Headers, Operation, Request
from conformance.probes.toolkit.base import Pause, Steps, send
from conformance.probes.toolkit.pages import parse_page
from conformance.tools.link_header import BLANK_TARGET

LAG_S = 2.0
"""Seconds after which a list must show what was written."""
_MAX_PAGES = 8  # of a list that are walked to find a new item


def find_page(lister: Operation, write: Request, path: str, subject: Subject) -> Steps[OperationResponse]:
    """Walk the list of the collection that a write acted on, up to the page that shows a path.

    Return that page, or the last one walked where none shows it.
    """
    size = lister.pagination.size if lister.pagination else ""
    query = "?" + urlencode({size: lister.pagination.max_size}) if size and lister.pagination else ""
    target = extract_path(write.target) + query
    request = Request(lister.key, "GET", target, _list_headers(lister, write), identity=write.identity, fresh=True)
    response = yield from send(lister, request)
    for _ in range(_MAX_PAGES):
        following = _next_target(response, subject)
        if has_item_at(response, path, subject) or not following:
            break
        response = yield from send(lister, msgspec.structs.replace(request, target=following))
    return response


def find_settled_page(
    lister: Operation, write: Request, path: str, subject: Subject, *, is_wanted: bool
) -> Steps[OperationResponse]:
    """Return the page of `find_page`; where it is not as wanted, that of a second search after a pause.

    A list may be eventually consistent: what was written shows in it a moment later.
    """
    page = yield from find_page(lister, write, path, subject)
    if page.is_success and has_item_at(page, path, subject) is not is_wanted:
        yield Pause(LAG_S)
        page = yield from find_page(lister, write, path, subject)
    return page


def has_item_at(response: OperationResponse, path: str, subject: Subject) -> bool:
    """Return whether a page has an item that lives at a path."""
    return path in _item_paths(response, subject)


def find_first_path(lister: Operation, write: Request, subject: Subject) -> Steps[str]:
    """Return the path of the first item in the list as read before any write; empty where it shows none."""
    plain = Request(
        lister.key, "GET", extract_path(write.target), _list_headers(lister, write), identity=write.identity
    )
    return next(iter(_item_paths((yield from send(lister, plain)), subject)), "")


def _list_headers(lister: Operation, write: Request) -> Headers:
    """Return the headers of a write that its list takes too."""
    return tuple(header for header in write.headers if lister.user_header and header[0] != "Content-Type")


def _item_paths(response: OperationResponse, subject: Subject) -> list[str]:
    """Return the paths of the items of a page that have a `url` at the target."""
    urls = (item.get("url") for _, item in response.objects)
    paths = (strip_base_url(subject.target.base_url, url) for url in urls if isinstance(url, str))
    return [path for path in paths if path]


def _next_target(response: OperationResponse, subject: Subject) -> str | None:
    """Return the request target of the next page; None where there is none."""
    url = parse_page(response).next or BLANK_TARGET
    return None if url == BLANK_TARGET else strip_base_url(subject.target.base_url, url)
