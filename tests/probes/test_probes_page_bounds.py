"""PAG-06, PAG-08 and PAG-10: page sizes, numbers and cursors out of bounds are refused."""

import re
from urllib.parse import parse_qs

import pytest
from scripted import BASE, Shelf, affordable, drive, problem, reply, ulid

from conformance.model import Verdict
from conformance.probes.pagination.bounds import PROBES, bad_cursors, bad_sizes

BY_NAME = {probe.name: probe for probe in PROBES}
SIZES, ALL_SIZES, SMALLEST, NUMBERS, CURSORS = (
    BY_NAME[name] for name in ("page-sizes", "page-sizes-all", "smallest-page", "page-numbers", "cursors")
)
LIST, NUMBERED = "GET /evse_makes", "GET /suppliers"
ITEMS = [{"id": ulid("emak", n), "url": f"{BASE}/evse_makes/{ulid('emak', n)}"} for n in range(3)]


def query_of(request):
    return {name: values[0] for name, values in parse_qs(request.target.partition("?")[2]).items()}


def strict(request):
    """Refuse every size out of bounds, every cursor, and every page but the first."""
    query = query_of(request)
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
def test_a_server_that_takes_any_size_fails(subject, probe):
    assert drive(probe, LIST, subject, lambda request: reply([])).violated() == {"PAG-06"}


def test_every_bad_size_is_sent_to_some_list(subject):
    lists = [operation for operation in subject.model.operations if SIZES.applies(operation, subject.model)]
    classes = {size_class for operation in lists for size_class, _ in bad_sizes(operation)[:2]}
    assert classes == {size_class for size_class, _ in bad_sizes(lists[0])}
    assert all(len(dict(bad_sizes(operation))) == 5 for operation in lists)


def test_the_smallest_size_must_work_and_hold_one_item(subject):
    def refuse_size(request):
        return problem(400) if "page_size" in query_of(request) else strict(request)

    def ignore_size(request):
        answer = strict(request)
        return reply(ITEMS) if answer.status == 200 else answer

    assert drive(SMALLEST, LIST, subject, refuse_size).violated() == {"PAG-06"}
    closed = drive(SMALLEST, LIST, subject, lambda request: problem(404))
    assert closed.verdicts("PAG-06") == {Verdict.NOT_OBSERVABLE}
    assert drive(SMALLEST, LIST, subject, ignore_size).violated() == {"PAG-06"}


def test_absent_pages_must_be_refused(subject):
    assert drive(NUMBERS, NUMBERED, subject, strict).passed() == {"PAG-08"}
    assert drive(NUMBERS, NUMBERED, subject, lambda request: reply([])).violated() == {"PAG-08"}
    assert drive(NUMBERS, NUMBERED, subject, lambda request: problem(400)).violated() == {"PAG-08"}


def test_foreign_and_malformed_cursors_are_refused(subject):
    assert drive(CURSORS, LIST, subject, strict).passed() == {"PAG-10"}
    assert drive(CURSORS, LIST, subject, lambda request: reply(ITEMS)).violated() == {"PAG-10"}
    assert drive(CURSORS, LIST, subject, lambda request: problem(500)).violated() == {"PAG-10"}


def test_a_refused_identity_makes_cursors_not_observable(subject):
    run = drive(CURSORS, LIST, subject, lambda request: problem(403))
    assert run.verdicts("PAG-10") == {Verdict.NOT_OBSERVABLE}


def test_malformed_cursors_never_match_the_documented_form(subject):
    operation = subject.model.by_key[LIST]
    foreign, odd, others = bad_cursors(operation, subject)
    assert len(foreign) == 1
    assert odd
    assert not any(re.fullmatch(r"emak[A-Z0-9]{26}", value, re.ASCII) for _, value in (*odd, *others))


def test_a_nested_list_needs_a_parent(subject):
    key = "GET /vehicles/{vehicle_id}/status_logs"
    assert drive(CURSORS, key, subject, Shelf({"/vehicles": []})).verdicts("PAG-10") == {Verdict.NOT_TESTED}
