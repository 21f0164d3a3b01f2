"""Pages and the links between them. Pure judgements and one walk; the probes of `pagination` decide what to ask."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple, TypeVar, cast
from urllib.parse import parse_qsl

import msgspec

from conformance.answers import Answer, below
from conformance.filtering import last_segment
from conformance.judging import observed, passed, quote, violated
from conformance.link_header import BLANK, LinkSyntaxError, by_rel, parse
from conformance.model import Operation, Outcome, Pagination, Request, Verdict
from conformance.probes.arguments import Call
from conformance.probes.base import Steps, ask
from conformance.subject import Subject

T = TypeVar("T")


class Page(NamedTuple):
    """One page: its answer and where its links lead; None for a link that is absent or cannot be read."""

    answer: Answer
    previous: str | None
    next: str | None

    @property
    def keys(self) -> tuple[str, ...]:
        """What names its items, in order."""
        return tuple(key_of(item, self.answer.operation) for _, item in self.answer.objects)

    @property
    def last(self) -> bool:
        """Whether no page follows."""
        return self.next == BLANK

    @property
    def void(self) -> bool:
        """Whether it has no items, and no page follows."""
        return not self.answer.items and self.next in {None, BLANK}


def key_of(item: dict[str, Any], operation: Operation) -> str:
    """What names an item: its id, else its url, else all that it says, expanded or not.

    An id that is no string is the schema's business; the url ends in what it should have been.
    """
    url = item.get("url")
    name = item.get("id", url)
    if isinstance(name, str):
        return name
    if isinstance(url, str):
        return last_segment(url)
    linked = {each.path for each in operation.first_expansions}
    plain = {
        key: value["url"] if key in linked and isinstance(value, dict) and "url" in value else value
        for key, value in item.items()
    }
    return msgspec.json.encode(plain, order="deterministic").decode()


def whole_list(call: Call, plain: Answer) -> Steps[Answer]:
    """The list on one page as large as allowed; the plain answer where no size can be asked for or that is refused."""
    pagination = call.operation.pagination
    if pagination is None or not pagination.size:
        return plain
    answer = yield from ask(call.operation, call.request((pagination.size, str(pagination.max_size))))
    return answer if answer.ok else plain


def page_of(answer: Answer) -> Page:
    """The page that an answer holds; links that cannot be parsed count as absent."""
    try:
        links = by_rel(parse(_field(answer) or ""))
    except LinkSyntaxError:
        links = {}
    return Page(answer, links.get("previous", links.get("prev")), links.get("next"))


def _field(answer: Answer) -> str | None:
    """The `Link` field; several of them are one list (RFC 9110, section 5.2)."""
    response = answer.exchange.response
    values = [value for name, value in response.headers if name.lower() == "link"] if response else []
    return ", ".join(values) if values else None


def linked(answer: Answer) -> Iterator[Outcome]:
    """PAG-01: the `Link` header parses and has both relations."""
    field = _field(answer)
    if field is None:
        yield violated(
            answer, "PAG-01", "a page has no Link header", expected="previous and next", pointer="header:Link"
        )
        return
    try:
        rels = by_rel(parse(field))
    except LinkSyntaxError as fault:
        message = f"the Link header does not parse: {fault}"
        yield violated(answer, "PAG-01", message, expected="RFC 8288", actual=field, pointer="header:Link")
        return
    missing = [rel for rel in ("previous", "next") if rel not in rels]
    for rel in missing:
        message = f'the Link header has no rel="{rel}"'
        yield violated(answer, "PAG-01", message, expected="previous and next", actual=field, pointer="header:Link")
    if not missing:
        yield passed(answer, "PAG-01")


def filled(page: Page, size: int) -> Iterator[Outcome]:
    """PAG-02: no page is longer than its size; none but the last is shorter."""
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
    """Whether a page names a next one that has no items, nor any behind it."""
    following = yield from quietly(walk(page, call, subject, "next", 2))
    return len(following) == 2 and following[1].void


def beyond_the_end(page: Page) -> Outcome:
    """PAG-01: the page that is the last one in truth does not say so."""
    return violated(
        page.answer,
        "PAG-01",
        "the last page names a next one, which is empty",
        expected=BLANK,
        actual=page.next or "",
        pointer="header:Link",
    )


def keeps(page: Page, asked: dict[str, list[str]], subject: Subject, pagination: Pagination) -> Iterator[Outcome]:
    """PAG-05: links keep the page size, filters and `expand` of the request."""
    own = {pagination.after, pagination.before, pagination.page}
    wanted = {name: values for name, values in asked.items() if name not in own}
    for rel, link in (("previous", page.previous), ("next", page.next)):
        if link is None or link == BLANK or not wanted:
            continue
        given: dict[str, list[str]] = {}
        for name, value in parse_qsl(link.partition("?")[2].partition("#")[0], keep_blank_values=True):
            given.setdefault(name, []).append(value)
        lost = {name: values for name, values in wanted.items() if sorted(given.get(name, [])) != sorted(values)}
        for name, values in lost.items():
            yield violated(
                page.answer,
                "PAG-05",
                f'rel="{rel}" does not keep {name}',
                expected=f"{name}={','.join(values)}",
                actual=link,
                pointer="header:Link",
            )
        if not lost:
            yield passed(page.answer, "PAG-05")


def query_of(answer: Answer) -> dict[str, list[str]]:
    """The query that an answer's request sent."""
    found: dict[str, list[str]] = {}
    for name, value in parse_qsl(answer.exchange.request.target.partition("?")[2], keep_blank_values=True):
        found.setdefault(name, []).append(value)
    return found


def walk(first: Page, call: Call, subject: Subject, rel: str, most: int) -> Steps[tuple[Page, ...]]:
    """Follow `next` or `previous` verbatim, `most` pages in all; ends at about:blank, at a bad link, or in a circle.

    A link to elsewhere is never followed: the token would go with it (PAG-01 reports it).
    """
    pages, seen = [first], {first.answer.exchange.request.target}
    while len(pages) < most:
        link = pages[-1].next if rel == "next" else pages[-1].previous
        if link is None or link == BLANK:
            break
        target = below(subject.target.base_url, link)
        if target is None:
            message = f'rel="{rel}" leads away from the target'
            yield violated(
                pages[-1].answer,
                "PAG-01",
                message,
                expected=subject.target.base_url,
                actual=link,
                pointer="header:Link",
            )
            break
        if target in seen:
            message = f'rel="{rel}" leads in a circle'
            yield violated(pages[-1].answer, "PAG-03", message, expected="an end", actual=link, pointer="header:Link")
            break
        seen.add(target)
        answer = yield from ask(call.operation, call.at(target))
        if not answer.ok:
            message = f'rel="{rel}" leads to no page'
            yield violated(
                pages[-1].answer, "PAG-03", message, expected="2xx", actual=f"{answer.status} at {link}", also=(answer,)
            )
            break
        if not answer.listed:
            message = f'what rel="{rel}" leads to is no list; the walk ends before it'
            yield observed(pages[-1].answer, "PAG-03", Verdict.INCONCLUSIVE, message, also=(answer,))
            break
        pages.append(page_of(answer))
    return tuple(pages)


def quietly(steps: Steps[T]) -> Steps[T]:
    """The same requests and result without the outcomes: for probes that judge something else."""
    try:
        step = next(steps)
        while True:
            step = steps.send((yield step)) if isinstance(step, Request) else next(steps)
    except StopIteration as end:
        return cast("T", end.value)


def once_each(pages: tuple[Page, ...], whole: Page | None) -> Iterator[Outcome]:
    """PAG-03 and IDS-05: the walk sees every item once. `whole` is the same list on one page, where it fits."""
    counted = Counter(key for page in pages for key in page.keys)
    last, also = pages[-1].answer, (whole.answer,) if whole else ()
    beside = Counter(whole.keys) if whole and whole.last and pages[-1].last else counted
    twice = sorted(key for key, times in counted.items() if times > 1)
    complaints = (
        ("PAG-03", "shows an item twice", twice),
        ("IDS-05", "shows an id twice", [key for key in twice if not key.startswith("{")]),
        ("PAG-03", "leaves an item out", [key for key in beside if key not in counted]),
        ("PAG-03", "shows an item that a page of them all lacks", [key for key in counted if key not in beside]),
    )
    for requirement, words, found in complaints:
        if found:
            yield violated(
                last,
                requirement,
                f"walking next {words}, {len(found)} in all",
                expected="each item once",
                actual=quote(found[:3]),
                also=(*(page.answer for page in pages[:-1]), *also),
            )
    if counted and not any(found for _, _, found in complaints):
        yield passed(last, "PAG-03")
        yield passed(last, "IDS-05")


def parting(one: Sequence[object], other: Sequence[object]) -> int:
    """The index from which on two sequences differ; the shorter one's length where it begins the other."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((index for index, (a, b) in pairs if a != b), min(len(one), len(other)))


def same_back(there: tuple[Page, ...], back: tuple[Page, ...]) -> Iterator[Outcome]:
    """PAG-04: walking `previous` from the last page gives the same pages."""
    wanted = [page.keys for page in reversed(there)]
    given = [page.keys for page in back]
    if given == wanted:
        yield passed(back[-1].answer, "PAG-04")
        return
    index = parting(wanted, given)
    yield violated(
        back[min(index, len(back) - 1)].answer,
        "PAG-04",
        "walking previous gives other pages than walking next",
        expected=quote(wanted[index] if index < len(wanted) else []),
        actual=quote(given[index] if index < len(given) else []),
        also=tuple(page.answer for page in there),
    )


def ends(pages: tuple[Page, ...], most: int) -> Iterator[Outcome]:
    """PAG-01: about:blank stands before the first page and after the last, and nowhere between."""
    first = pages[0]
    if first.previous is not None and first.previous != BLANK:
        message = "the first page names a previous one"
        yield violated(first.answer, "PAG-01", message, expected=BLANK, actual=first.previous, pointer="header:Link")
    for page in pages[1:]:
        if page.previous == BLANK:
            message = "a page after the first names no previous one"
            yield violated(page.answer, "PAG-01", message, expected="a URL", actual=BLANK, pointer="header:Link")
    if not pages[-1].last and len(pages) == most:
        yield observed(pages[-1].answer, "PAG-03", Verdict.PASS, f"walked {most} pages of more")
