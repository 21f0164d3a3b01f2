"""Judgements of pages: their headers and lengths, and the walks that they make up (PAG, IDS-05)."""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from urllib.parse import parse_qs

from conformance.evidence.outcomes import fail_case, judge_case, pass_case, quote_json
from conformance.evidence.responses import OperationResponse
from conformance.evidence.subject import Subject
from conformance.model import Outcome, Pagination, Verdict
from conformance.probes.toolkit.pages import ListPage, fail_link_header, join_link_fields, parse_query
from conformance.tools.link_header import BLANK_TARGET, LinkSyntaxError, index_by_relation, parse_link_header

_NO_PAGE = (
    " (one reading: about:blank stands for a page that does not exist, as the documentation says. The other: links are "
    "given where pages exist, as the description of the header says)"
)


def check_link_header(response: OperationResponse, ends: Collection[str] = ()) -> Iterator[Outcome]:
    """Check that the `Link` header parses and has both relations (PAG-01).

    `ends` are the relations that no page stands for. One that is absent there is for review: the documentation gives
    it as about:blank, the description gives links to pages that exist.
    """
    field = join_link_fields(response)
    try:
        rels = index_by_relation(parse_link_header(field or ""))
    except LinkSyntaxError as error:
        message = f"the Link header does not parse: {error}"
        yield fail_link_header(response, "PAG-01", message, expected="RFC 8288", actual=field or "")
        return
    missing = [rel for rel in ("previous", "next") if rel not in rels]
    absent = [rel for rel in missing if rel not in ends] or missing
    verdict = Verdict.REVIEW if {*missing} <= {*ends} else Verdict.FAIL
    expected, pointer = "previous and next", "header:Link"
    if field is None:
        message = "a page has no Link header" + (_NO_PAGE if verdict is Verdict.REVIEW else "")
        yield judge_case(response, "PAG-01", verdict, message, expected=expected, pointer=pointer)
        return
    for rel in absent:
        message = f'the Link header has no rel="{rel}"' + (_NO_PAGE if verdict is Verdict.REVIEW else "")
        yield judge_case(response, "PAG-01", verdict, message, expected=expected, actual=field, pointer=pointer)
    if not missing:
        yield pass_case(response, "PAG-01")


def find_ends(page: ListPage, size: int, pagination: Pagination, whole: ListPage | None = None) -> frozenset[str]:
    """Return the relations that surely no page stands for, where a page of `size` was requested.

    `whole` is the list on one page, where it fits.
    """
    query = parse_query(page.response)
    cursors = {pagination.after, pagination.before, pagination.page} - {""}
    is_first = not cursors & {name for name, values in query.items() if (name, values) != (pagination.page, ["1"])}
    is_short = len(page.response.items) < size
    is_end = whole is not None and len(whole.keys) < pagination.max_size and whole.keys[-1:] == page.keys[-1:]
    return frozenset(rel for rel, is_at in (("previous", is_first), ("next", is_short or is_end)) if is_at)


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


def report_link_behind_end(page: ListPage) -> Outcome:
    """Return a violation of PAG-01: the last page with items links to an empty one."""
    message = "the last page links to a next one, which is empty"
    return fail_link_header(page.response, "PAG-01", message, expected=BLANK_TARGET, actual=page.next or "")


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
            yield fail_link_header(page.response, "PAG-05", message, expected=expected, actual=link)
        if not lost_query:
            yield pass_case(page.response, "PAG-05")


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
        yield fail_link_header(first.response, "PAG-01", message, expected=BLANK_TARGET, actual=first.previous)
    for page in pages[1:]:
        if page.previous == BLANK_TARGET:
            message = "a page after the first does not link to a previous one"
            yield fail_link_header(page.response, "PAG-01", message, expected="a URL", actual=BLANK_TARGET)
    if not pages[-1].is_last and len(pages) == max_pages:
        yield judge_case(pages[-1].response, "PAG-03", Verdict.PASS, f"walked the first {max_pages} pages")
