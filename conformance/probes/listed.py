"""Where the list of a collection shows a thing that a write made, or does not."""

from urllib.parse import urlencode

import msgspec

from conformance.answers import Answer, below, path_of
from conformance.link_header import BLANK
from conformance.model import Headers, Operation, Request
from conformance.probes.base import Steps, ask
from conformance.probes.paging import page_of
from conformance.subject import Subject

_PAGES = 8  # of a list, walked to find what is new


def page_with(lister: Operation, write: Request, path: str, subject: Subject) -> Steps[Answer]:
    """The page that shows a path, else the last one walked, of the list where a write made something."""
    size = lister.pagination.size if lister.pagination else ""
    query = "?" + urlencode({size: lister.pagination.max_size}) if size and lister.pagination else ""
    target = path_of(write.target) + query
    request = Request(lister.key, "GET", target, _headers(lister, write), identity=write.identity, fresh=True)
    answer = yield from ask(lister, request)
    for _ in range(_PAGES):
        following = _next(answer, subject)
        if shows(answer, path, subject) or not following:
            break
        answer = yield from ask(lister, msgspec.structs.replace(request, target=following))
    return answer


def shows(answer: Answer, path: str, subject: Subject) -> bool:
    """Whether a page has an item that lives at a path."""
    return path in _paths(answer, subject)


def first_of(lister: Operation, write: Request, subject: Subject) -> Steps[str]:
    """Where the first thing lives that the list showed before anything was written; empty where it showed none."""
    plain = Request(lister.key, "GET", path_of(write.target), _headers(lister, write), identity=write.identity)
    return next(iter(_paths((yield from ask(lister, plain)), subject)), "")


def _headers(lister: Operation, write: Request) -> Headers:
    return tuple(each for each in write.headers if lister.user_header and each[0] != "Content-Type")


def _paths(answer: Answer, subject: Subject) -> list[str]:
    urls = (item.get("url") for _, item in answer.objects)
    paths = (below(subject.target.base_url, url) for url in urls if isinstance(url, str))
    return [path for path in paths if path]


def _next(answer: Answer, subject: Subject) -> str | None:
    url = page_of(answer).next or BLANK
    return None if url == BLANK else below(subject.target.base_url, url)
