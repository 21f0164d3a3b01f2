"""PAG-06, 08 and 10: what no page has is refused."""

import re
from urllib.parse import parse_qs

import pytest
from scripted import BASE, Shelf, affordable, drive, problem, reply, ulid

from conformance.model import Verdict
from conformance.probes.page_bounds import PROBES, bad_cursors, bad_sizes

BY_NAME = {each.name: each for each in PROBES}
SIZES, ALL_SIZES, SMALLEST, NUMBERS, CURSORS = (
    BY_NAME[name] for name in ("page-sizes", "page-sizes-all", "smallest-page", "page-numbers", "cursors")
)
LIST, NUMBERED = "GET /evse_makes", "GET /suppliers"
ITEMS = [{"id": ulid("emak", n), "url": f"{BASE}/evse_makes/{ulid('emak', n)}"} for n in range(3)]


def asked(request):
    return {name: values[0] for name, values in parse_qs(request.target.partition("?")[2]).items()}


def strict(request):
    """Refuses every size out of bounds, every cursor, every page but the first."""
    query = asked(request)
    size = query.get("page_size", "25")
    if not size.isascii() or not size.isdigit() or not 1 <= int(size) <= 100 or "page_after" in query:
        return problem(400)
    return problem(404) if query.get("page", "1") != "1" else reply(ITEMS[: int(size)])


@pytest.mark.parametrize("probe", [SIZES, ALL_SIZES, SMALLEST])
def test_a_server_that_refuses_every_bad_size_passes(subject, probe):
    run = drive(probe, LIST, subject, strict)
    assert (run.violated(), run.passed()) == (set(), {"PAG-06"})
    assert affordable(run, probe, LIST, subject)


@pytest.mark.parametrize("probe", [SIZES, ALL_SIZES])
def test_a_server_that_takes_any_size_does_not(subject, probe):
    assert drive(probe, LIST, subject, lambda request: reply([])).violated() == {"PAG-06"}


def test_every_bad_size_is_sent_to_some_list_and_in_depth_to_all(subject):
    lists = [each for each in subject.model.operations if SIZES.applies(each, subject.model)]
    classes = {what for each in lists for what, _ in bad_sizes(each)[:2]}
    assert classes == {what for what, _ in bad_sizes(lists[0])}
    assert all(len(dict(bad_sizes(each))) == 5 for each in lists)


def test_the_smallest_size_must_work_and_hold_one_item(subject):
    def refusing(request):
        return problem(400) if "page_size" in asked(request) else strict(request)

    def ignoring(request):
        answer = strict(request)
        return reply(ITEMS) if answer.status == 200 else answer

    assert drive(SMALLEST, LIST, subject, refusing).violated() == {"PAG-06"}
    closed = drive(SMALLEST, LIST, subject, lambda request: problem(404))
    assert closed.verdicts("PAG-06") == {Verdict.NOT_OBSERVABLE}
    assert drive(SMALLEST, LIST, subject, ignoring).violated() == {"PAG-06"}


def test_a_page_that_does_not_exist_is_not_found(subject):
    assert drive(NUMBERS, NUMBERED, subject, strict).passed() == {"PAG-08"}
    assert drive(NUMBERS, NUMBERED, subject, lambda request: reply([])).violated() == {"PAG-08"}
    assert drive(NUMBERS, NUMBERED, subject, lambda request: problem(400)).violated() == {"PAG-08"}


def test_foreign_and_malformed_cursors_are_refused(subject):
    assert drive(CURSORS, LIST, subject, strict).passed() == {"PAG-10"}
    assert drive(CURSORS, LIST, subject, lambda request: reply(ITEMS)).violated() == {"PAG-10"}
    assert drive(CURSORS, LIST, subject, lambda request: problem(500)).violated() == {"PAG-10"}


def test_a_refusal_of_who_asks_says_nothing_of_the_cursor(subject):
    run = drive(CURSORS, LIST, subject, lambda request: problem(403))
    assert run.verdicts("PAG-10") == {Verdict.NOT_OBSERVABLE}


def test_no_cursor_that_the_documented_form_admits_counts_as_malformed(subject):
    operation = subject.model.by_key[LIST]
    foreign, odd, others = bad_cursors(operation, subject)
    assert len(foreign) == 1
    assert odd
    assert not any(re.fullmatch(r"emak[A-Z0-9]{26}", value, re.ASCII) for _, value in (*odd, *others))


def test_a_parent_is_needed_where_the_list_hangs_under_one(subject):
    key = "GET /vehicles/{vehicle_id}/status_logs"
    assert drive(CURSORS, key, subject, Shelf({"/vehicles": []})).verdicts("PAG-10") == {Verdict.NOT_TESTED}
