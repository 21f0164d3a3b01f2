"""LNK-02 to LNK-05: a link that was followed leads to what its property names, and that leads back. Pure."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import NamedTuple

from conformance.evidence.responses import OperationResponse, find_reader
from conformance.evidence.subject import Subject
from conformance.evidence.urls import strip_base_url
from conformance.model import Link, LinkKind, Operation, Verdict
from conformance.probes.links.judgements import LinkOrigin, find_origins, has_foreign_filter, judge_link
from conformance.traffic.relations.comparisons import Comparison
from conformance.traffic.relations.reads import Context, Read, Reads

_MAX_LINKS = 64  # of one property of one operation that are judged
_BY_URL = frozenset({"LNK-03", "LNK-05"})  # which the URL of a link alone may violate
_GONE = (404, 410)  # other refusals are about the request
Followed = Mapping[tuple[str, Context], list[Read]]


class _ShownLink(NamedTuple):
    """A link that was followed: the operation and path of the property, the URL of its resource, and its own URL."""

    operation: str
    path: str
    owner: str
    url: str


def compare_links(reads: Reads, subject: Subject) -> Iterator[Comparison]:
    """Yield the comparisons of each followed link with what it led to."""
    followed: dict[tuple[str, Context], list[Read]] = defaultdict(list)
    for read in reads.all:
        if not read.expand and read.is_answered and (read.is_success or read.exchange.status in _GONE):
            followed[read.exchange.request.target, read.context[:1]].append(read)
    judged: dict[tuple[str, str], int] = defaultdict(int)
    for shown, places in _find_shown_links(reads, subject, followed).items():
        judged[shown.operation, shown.path] += 1
        if judged[shown.operation, shown.path] <= _MAX_LINKS:
            yield from _judge(shown, places, followed, reads, subject)


def _find_shown_links(
    reads: Reads, subject: Subject, followed: Followed
) -> dict[_ShownLink, list[tuple[Read, str, Link]]]:
    """Return the links whose URL was requested, with the places where they were shown: read, pointer and property."""
    shown: dict[_ShownLink, list[tuple[Read, str, Link]]] = defaultdict(list)
    for read in reads.all:
        links = _list_followable(read)
        if not links or not read.is_success or read.expand:
            continue
        response = read.response
        for link in links:
            for origin in find_origins(response, link):
                target = strip_base_url(subject.target.base_url, origin.url)
                if target is not None and (target, read.context[:1]) in followed:
                    key = _ShownLink(read.operation.key, link.path, _find_owner(origin), origin.url)
                    shown[key].append((read, origin.pointer, link))
    return shown


def _list_followable(read: Read) -> tuple[Link, ...]:
    return tuple(
        link for link in read.operation.links if not link.own and link.kind is not LinkKind.EXTERNAL and link.targets
    )


def _find_owner(origin: LinkOrigin) -> str:
    url = origin.item.get("url") if isinstance(origin.item, dict) else None
    return url if isinstance(url, str) else ""


def _judge(
    shown: _ShownLink, places: list[tuple[Read, str, Link]], followed: Followed, reads: Reads, subject: Subject
) -> Iterator[Comparison]:
    """Judge a link at the place nearest in time to one of the requests that followed it."""
    target = strip_base_url(subject.target.base_url, shown.url) or ""
    fetches = followed[target, places[0][0].context[:1]]
    moments = [fetch.began for fetch in fetches]
    pairs = ((place, fetch) for place in places for fetch in _find_neighbours(place[0], fetches, moments))
    nearest = min(pairs, key=lambda pair: abs(pair[0][0].began - pair[1].began), default=None)
    if nearest is None:
        return
    (read, pointer, link), fetched = nearest
    if reads.has_write(min(read.began, fetched.began), max(read.ended, fetched.ended)):
        return
    origin = _find_origin(read.response, link, pointer)
    if origin is None:
        return
    is_framed = _is_shown_around(fetched, [place[0] for place in places])
    is_near = reads.are_near(read.began, fetched.began)
    reader = find_reader(target, subject.model)
    is_wrong = _is_wrong_by_itself(origin, target, reader, subject)
    for outcome in judge_link(origin, fetched.response, reader, subject):
        is_violation = outcome.verdict is Verdict.FAIL
        if is_violation and fetched.exchange.status in _GONE and not is_framed:
            continue  # it may have been deleted since
        place = f"{link.path} {outcome.message if is_violation else ''}"
        is_certain = is_framed or (is_wrong and outcome.requirement in _BY_URL)
        yield Comparison(outcome, place, shown.url, is_certain, is_near)


def _find_neighbours(read: Read, fetches: list[Read], moments: list[float]) -> Iterator[Read]:
    """Yield the last request that followed a link before it was shown, and the first one after, of those that count.

    `moments` are those of the requests, in the order of time.
    """
    middle = bisect_left(moments, read.began)
    for indices in (range(middle - 1, -1, -1), range(middle, len(fetches))):
        yield from islice((fetches[index] for index in indices if _can_show(read, fetches[index])), 1)


def _is_wrong_by_itself(origin: LinkOrigin, target: str, reader: Operation | None, subject: Subject) -> bool:
    """Return whether a URL leads to another collection, or to the list of another resource, whatever the data are."""
    is_elsewhere = reader is not None and reader.resource not in origin.link.targets
    return is_elsewhere or has_foreign_filter(origin, target, subject.model)


def _can_show(read: Read, fetched: Read) -> bool:
    """Return whether a read shows where a link leads; another user may be refused what one user sees."""
    return read is not fetched and (fetched.is_success or fetched.context == read.context)


def _find_origin(response: OperationResponse, link: Link, pointer: str) -> LinkOrigin | None:
    return next((origin for origin in find_origins(response, link) if origin.pointer == pointer), None)


def _is_shown_around(fetched: Read, reads: list[Read]) -> bool:
    """Return whether a link was shown both before and after it was followed."""
    return any(read.ended <= fetched.began for read in reads) and any(read.began >= fetched.ended for read in reads)
