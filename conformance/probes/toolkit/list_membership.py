"""Search in the list of a collection for a resource that a write created."""

from urllib.parse import urlencode

import msgspec

from conformance.evidence.responses import Answer, below, path_of
from conformance.evidence.subject import Subject
from conformance.model import Headers, Operation, Request
from conformance.probes.toolkit.base import Steps, ask
from conformance.probes.toolkit.pages import page_of
from conformance.tools.link_header import BLANK

_MAX_PAGES = 8  # of a list that are walked to find a new item


def page_with(lister: Operation, write: Request, path: str, subject: Subject) -> Steps[Answer]:
    """Walk the list of the collection that a write acted on, up to the page that shows a path.

    Return that page, or the last one walked where none shows it.
    """
    size = lister.pagination.size if lister.pagination else ""
    query = "?" + urlencode({size: lister.pagination.max_size}) if size and lister.pagination else ""
    target = path_of(write.target) + query
    request = Request(lister.key, "GET", target, _list_headers(lister, write), identity=write.identity, fresh=True)
    response = yield from ask(lister, request)
    for _ in range(_MAX_PAGES):
        following = _next_target(response, subject)
        if shows(response, path, subject) or not following:
            break
        response = yield from ask(lister, msgspec.structs.replace(request, target=following))
    return response


def shows(answer: Answer, path: str, subject: Subject) -> bool:
    """Return whether a page has an item that lives at a path."""
    return path in _item_paths(answer, subject)


def first_of(lister: Operation, write: Request, subject: Subject) -> Steps[str]:
    """Return the path of the first item in the list as read before any write; empty where it shows none."""
    plain = Request(lister.key, "GET", path_of(write.target), _list_headers(lister, write), identity=write.identity)
    return next(iter(_item_paths((yield from ask(lister, plain)), subject)), "")


def _list_headers(lister: Operation, write: Request) -> Headers:
    """Return the headers of a write that its list takes too."""
    return tuple(header for header in write.headers if lister.user_header and header[0] != "Content-Type")


def _item_paths(response: Answer, subject: Subject) -> list[str]:
    """Return the paths of the items of a page that have a `url` at the target."""
    urls = (item.get("url") for _, item in response.objects)
    paths = (below(subject.target.base_url, url) for url in urls if isinstance(url, str))
    return [path for path in paths if path]


def _next_target(response: Answer, subject: Subject) -> str | None:
    """Return the request target of the next page; None where there is none."""
    url = page_of(response).next or BLANK
    return None if url == BLANK else below(subject.target.base_url, url)
