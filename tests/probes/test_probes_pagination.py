"""PAG-01 to PAG-07, PAG-11, IDS-05: a walk through a list, and targets with one wrong behaviour each."""

import re
from itertools import count
from urllib.parse import parse_qs

import msgspec
import pytest

from conformance.model import Response, Verdict
from conformance.probes.pagination.walks import PROBES
from tests.probes.scripted import BASE, ListTarget, is_affordable, make_id, make_problem, make_response, run_probe

(PAGES,) = PROBES
LIST, PATH = "GET /timezones", "/timezones"
ITEMS = [{"id": make_id("tzon", n), "url": f"{BASE}{PATH}/{make_id('tzon', n)}", "name": f"Zone {n}"} for n in range(7)]


def shelf(items=ITEMS):
    return ListTarget({PATH: items})


def target_with_change(change):
    """Return a conforming target whose small pages are changed by a function of the query and the response."""
    target = shelf()

    def serve_changed(request):
        query = {name: values[0] for name, values in parse_qs(request.target.partition("?")[2]).items()}
        return change(query, target(request))

    return serve_changed


def replace_links(response, pattern, replacement):
    headers = tuple((k, re.sub(pattern, replacement, v) if k == "Link" else v) for k, v in response.headers)
    return Response(response.status, headers, response.body)


def test_a_conforming_list_passes(subject):
    run = run_probe(PAGES, LIST, subject, shelf())
    assert run.violated_requirements() == set()
    assert {
        "PAG-01",
        "PAG-02",
        "PAG-03",
        "PAG-04",
        "PAG-05",
        "PAG-06",
        "PAG-07",
        "PAG-11",
        "IDS-05",
    } <= run.passed_requirements()
    assert is_affordable(run, PAGES, LIST, subject)


def no_blank_links(query, response):
    return replace_links(response, r'<about:blank>; rel="[a-z]+"(, )?', "")


def test_links_to_existing_pages_alone_are_for_review(subject):
    run = run_probe(PAGES, LIST, subject, target_with_change(no_blank_links))
    assert run.violated_requirements() == set()
    assert Verdict.REVIEW in run.verdicts_on("PAG-01")


def test_items_without_id_and_url_are_identified_by_content(subject):
    bare = [{"name": f"Zone {n}"} for n in range(7)]
    target = shelf(bare)
    target.item_key = lambda item: item["name"]
    run = run_probe(PAGES, LIST, subject, target)
    assert {"PAG-03", "PAG-11"} <= run.passed_requirements()


def page(items, query, **without):
    return shelf(items).build_page(PATH, {name: [value] for name, value in query.items() if name not in without})


def no_end(query, response):
    return replace_links(response, "about:blank", BASE + PATH) if "page_after" in query else response


def no_links(query, response):
    return Response(response.status, (), response.body)


def too_long(query, response):
    return page(ITEMS, {"page_size": "4"}) if query == {"page_size": "3"} else response


def items_left_out(query, response):
    return page(ITEMS[:5], query) if "page_after" in query else response


def another_way_back(query, response):
    return page(ITEMS[1:], query) if "page_before" in query else response


def size_forgotten(query, response):
    return replace_links(response, "page_size=3", "page_size=25")


def size_dropped(query, response):
    return replace_links(response, "&?page_size=3&?", "")


def largest_refused(query, response):
    return make_problem(400) if query.get("page_size") == "100" else response


def before_wins(query, response):
    return page(ITEMS, query, page_after=True) if "page_before" in query else response


def other_order_when_large(query, response):
    return page(ITEMS[::-1], query) if query.get("page_size") == "100" else response


@pytest.mark.parametrize(
    ("spoil", "violated"),
    [
        (no_end, "PAG-01"),
        (no_links, "PAG-01"),
        (too_long, "PAG-02"),
        (items_left_out, "PAG-03"),
        (another_way_back, "PAG-04"),
        (size_forgotten, "PAG-05"),
        (largest_refused, "PAG-06"),
        (before_wins, "PAG-07"),
        (other_order_when_large, "PAG-11"),
    ],
)
def test_each_wrong_paging_is_a_violation(subject, spoil, violated):
    assert violated in run_probe(PAGES, LIST, subject, target_with_change(spoil)).violated_requirements()


def test_a_dropped_size_does_not_make_pages_too_long(subject):
    assert run_probe(PAGES, LIST, subject, target_with_change(size_dropped)).violated_requirements() & {
        "PAG-02",
        "PAG-05",
    } == {"PAG-05"}


def empty_page_after(last):
    """Return a change that links the last page to an empty one."""

    def link_to_empty_page(query, response):
        if query.get("page_after") == ITEMS[-1]["id"]:
            return make_response([], Link='<about:blank>; rel="previous", <about:blank>; rel="next"')
        blank = re.escape('<about:blank>; rel="next"')
        size = query.get("page_size", "25")
        more = f'<{BASE}{PATH}?page_size={size}&page_after={ITEMS[-1]["id"]}>; rel="next"'
        return replace_links(response, blank, more) if size in last else response

    return link_to_empty_page


@pytest.mark.parametrize("sizes", [{"3"}, {"25"}, {"100"}, {"3", "25", "100"}])
def test_a_link_to_an_empty_page_violates_links_not_length(subject, sizes):
    assert run_probe(PAGES, LIST, subject, target_with_change(empty_page_after(sizes))).violated_requirements() == {
        "PAG-01"
    }


def test_a_full_last_page_may_link_to_an_empty_one(subject):
    six, target = ITEMS[:6], shelf(ITEMS[:6])

    def link_to_empty_page(request):
        query = {name: values[0] for name, values in parse_qs(request.target.partition("?")[2]).items()}
        if query.get("page_after") == six[-1]["id"]:
            return make_response([], Link='<about:blank>; rel="previous", <about:blank>; rel="next"')
        more = f'<{BASE}{PATH}?page_size=2&page_after={six[-1]["id"]}>; rel="next"'
        answer = target(request)
        return replace_links(answer, '<about:blank>; rel="next"', more) if query.get("page_size") == "2" else answer

    run = run_probe(PAGES, LIST, subject, link_to_empty_page)
    assert run.violated_requirements() == set()
    assert {"PAG-01", "PAG-02", "PAG-03", "PAG-04", "PAG-11"} <= run.passed_requirements()


@pytest.mark.parametrize("prefix", ["/v2", "http://target.test/v2"])
def test_links_may_be_relative(prefix, subject):
    run = run_probe(PAGES, LIST, subject, target_with_change(lambda q, r: replace_links(r, BASE, prefix)))
    assert run.violated_requirements() == set()
    assert {"PAG-01", "PAG-03", "PAG-04"} <= run.passed_requirements()


def test_a_list_that_never_stands_still_is_inconclusive(subject):
    reads = count()

    def grow(request):
        number = next(reads)
        items = [
            {**ITEMS[0], "id": make_id("tzon", n), "url": f"{BASE}{PATH}/{make_id('tzon', n)}"}
            for n in range(number + 9)
        ]
        return shelf(items[::-1])(request)

    run = run_probe(PAGES, LIST, subject, grow)
    assert run.violated_requirements() == set()
    assert Verdict.INCONCLUSIVE in run.verdicts_on("PAG-11") | run.verdicts_on("PAG-03")


def test_a_page_that_is_an_object_ends_the_walk(subject):
    def unwrap_list(query, response):
        items = msgspec.json.decode(response.body)
        return msgspec.structs.replace(response, body=msgspec.json.encode(items[0])) if len(items) == 1 else response

    run = run_probe(PAGES, LIST, subject, target_with_change(unwrap_list))
    assert run.violated_requirements() == set()
    assert Verdict.INCONCLUSIVE in run.verdicts_on("PAG-03")


def test_an_item_that_the_largest_page_lacks_is_named(subject):
    def lose_item(query, response):
        return page([*ITEMS[:2], *ITEMS[3:]], query) if query.get("page_size") == "100" else response

    run = run_probe(PAGES, LIST, subject, target_with_change(lose_item))
    assert run.violated_requirements() == {"PAG-03", "PAG-11"}
    assert any("the whole list on one page lacks" in outcome.message for outcome in run.outcomes_on("PAG-03"))


def test_an_id_on_two_pages_is_a_violation(subject):
    twice = [*ITEMS[:4], *ITEMS[3:]]

    def repeat_item(query, response):
        if query.get("page_size") != "3":
            return response
        first = {None: 0, "a": 3, "b": 6}[query.get("page_after")]
        after = {0: "a", 3: "b"}.get(first)
        link = f'<{BASE}{PATH}?page_size=3&page_after={after}>; rel="next"' if after else '<about:blank>; rel="next"'
        return make_response(twice[first : first + 3], Link=f'<about:blank>; rel="previous", {link}')

    assert {"IDS-05", "PAG-03"} <= run_probe(
        PAGES, LIST, subject, target_with_change(repeat_item)
    ).violated_requirements()


def test_a_list_that_changes_during_the_walk_is_no_violation(subject):
    seen = []

    def serve_growing_list(request):
        seen.append(request)
        return shelf(ITEMS if len(seen) < 4 else ITEMS[:4])(request)

    run = run_probe(PAGES, LIST, subject, serve_growing_list)
    assert not {"PAG-03", "PAG-04", "PAG-11"} & run.violated_requirements()
    assert [notice.topic for notice in run.notices] == ["volatile-field"] * len(run.notices) != []


def test_a_link_to_another_host_is_reported_and_not_followed(subject):
    run = run_probe(
        PAGES, LIST, subject, target_with_change(lambda q, r: replace_links(r, BASE, "https://elsewhere.example/v2"))
    )
    assert "PAG-01" in run.violated_requirements()
    assert all(request.target.startswith(PATH) for request in run.requests)


def test_a_link_in_a_circle_ends(subject):
    circle = target_with_change(
        lambda q, r: replace_links(r, r"<[^>]*>; rel=\"next\"", f'<{BASE}{PATH}?page_size=3>; rel="next"')
    )
    assert "PAG-03" in run_probe(PAGES, LIST, subject, circle).violated_requirements()


def test_an_empty_list_is_not_tested(subject):
    assert {outcome.verdict for outcome in run_probe(PAGES, LIST, subject, shelf([])).outcomes} == {Verdict.NOT_TESTED}


def test_a_list_of_one_item_passes_only_what_it_shows(subject):
    run = run_probe(PAGES, LIST, subject, shelf(ITEMS[:1]))
    assert run.violated_requirements() == set()
    assert run.verdicts_on("PAG-04") == {Verdict.NOT_APPLICABLE}


@pytest.mark.parametrize("body", [{}, [[]], [1, 2], [{"id": 7}, {"id": None}], None])
def test_hostile_pages_raise_no_exception(subject, body):
    assert run_probe(PAGES, LIST, subject, lambda request: make_response(body, Link="<<>>;rel")).outcomes


def test_an_order_that_differs_each_time_is_a_violation(subject):
    answers = count()

    def swap_items(query, response):
        if next(answers) % 2 == 0:
            return response
        items = msgspec.json.decode(response.body)
        return msgspec.structs.replace(response, body=msgspec.json.encode([*items[1:2], *items[:1], *items[2:]]))

    run = run_probe(PAGES, LIST, subject, target_with_change(swap_items))
    assert {"PAG-09", "PAG-04", "PAG-11"} & run.violated_requirements()


def test_a_long_list_is_walked_with_its_expansions(subject):
    models = [
        {"id": make_id("emod", n), "url": f"{BASE}/evse_models/{make_id('emod', n)}", "make": f"{BASE}/evse_makes/1"}
        for n in range(60)
    ]
    shelf = ListTarget({"/evse_models": models})

    def first_page_alone(request):
        answer = shelf(request)
        if "expand" not in request.target or "page_after" in request.target or "page_before" in request.target:
            return answer
        shown = [{**item, "make": {"url": item["make"]}} for item in msgspec.json.decode(answer.body)]
        return msgspec.structs.replace(answer, body=msgspec.json.encode(shown))

    assert "EXP-08" in run_probe(PAGES, "GET /evse_models", subject, first_page_alone).violated_requirements()


def test_few_items_are_walked_one_by_one(subject):
    few, target = ITEMS[:4], shelf(ITEMS[:4])

    def skip_item(request):
        answer = target(request)
        if "page_size=1" not in request.target or "page_size=100" in request.target:
            return answer
        return replace_links(answer, f"page_after={few[0]['id']}", f"page_after={few[1]['id']}")

    good = run_probe(PAGES, LIST, subject, target)
    assert good.violated_requirements() == set()
    assert "PAG-03" in run_probe(PAGES, LIST, subject, skip_item).violated_requirements()
