"""Comparisons in a world that moves: what lasts is told from what changes by itself."""

import itertools
import random

import pytest

from conformance.evidence.differences import find_differences
from conformance.evidence.responses import OperationResponse
from conformance.model import Noticed, Operation, Request, Verdict
from conformance.probes.toolkit.stillness import has_still_part, report_restless, settle_differences
from tests.probes.scripted import make_exchange, make_response

LIST = "GET /evse_makes"


def compare_bodies(reads):
    return find_differences(reads[0].json, reads[1].json)


def settle(operation: Operation, respond):
    """Settle the differences of a plain read and one with a query, as `respond` answers each request target."""
    plain, other = (Request(operation.key, "GET", target) for target in ("/evse_makes", "/evse_makes?x=1"))

    def send(request):
        return make_exchange(request, make_response(respond(request.target)))

    steps = settle_differences([OperationResponse(send(r), operation) for r in (plain, other)], compare_bodies)
    sent = []
    try:
        request = next(steps)
        while True:
            assert request.fresh
            sent.append(request)
            request = steps.send(send(request))
    except StopIteration as end:
        return end.value, sent


@pytest.fixture
def operation(subject):
    return subject.model.operations_by_key[LIST]


def test_equal_reads_are_not_repeated(operation):
    settled, sent = settle(operation, lambda target: {"power": 1})
    assert (settled.lasting, settled.restless, sent) == ((), (), [])


def test_a_difference_that_lasts_is_reported_with_its_values(operation):
    settled, _ = settle(operation, lambda target: {"power": 2 if "?" in target else 1})
    assert [(d.pointer, d.old, d.new) for d in settled.lasting] == [("/power", 1, 2)]
    assert not settled.restless


@pytest.mark.parametrize("period", [2, 3, 4, 50])
def test_a_value_that_changes_with_each_read_never_lasts(operation, period):
    reads = itertools.count()
    settled, _ = settle(operation, lambda target: {"power": next(reads) % period, "name": "x"})
    assert not settled.lasting
    assert settled.restless


@pytest.mark.parametrize("moment", range(10))
def test_a_value_that_changes_once_never_lasts(operation, moment):
    reads = itertools.count()
    settled, _ = settle(operation, lambda target: {"power": next(reads) >= moment})
    assert not settled.lasting


def test_a_lasting_difference_is_seen_beside_a_restless_value(operation):
    reads = itertools.count()
    settled, _ = settle(operation, lambda target: {"power": next(reads), "name": "b" if "?" in target else "a"})
    assert [d.pointer for d in settled.lasting] == ["/name"]
    assert [d.pointer for d in settled.restless] == ["/power"]


def test_what_is_learnt_of_one_item_holds_for_its_kind(operation):
    reads = itertools.count()

    def respond(target):
        number = next(reads)
        return [{"power": number}, {"power": 7 if "?" in target else 8}]

    settled, _ = settle(operation, respond)
    assert not settled.lasting


def test_values_drawn_anew_hardly_ever_last(operation):
    draw = random.Random(1)  # noqa: S311 - reproducible, not secret
    lasting = sum(bool(settle(operation, lambda target: {"on": draw.random() < 0.5})[0].lasting) for _ in range(500))
    assert lasting < 12  # one in 128 by chance


def test_a_link_that_moved_on_between_two_reads_is_settled_by_the_next(operation):
    links = iter(["/1", "/2", *["/2"] * 20])
    settled, _ = settle(operation, lambda target: {"url": next(links)})
    assert settled.restless
    assert not settled.unsettled


def test_restless_values_are_noted_and_leave_what_stands_still(operation):
    reads = itertools.count()
    settled, _ = settle(operation, lambda target: {"url": f"/{next(reads)}"})
    response = settled.reads[0]
    assert not has_still_part(response, settled.restless)
    steps = list(report_restless(response, settled.restless, "CON-01"))
    assert [type(step) for step in steps[:1]] == [Noticed]
    assert steps[1].verdict is Verdict.INCONCLUSIVE
    assert "/url" in steps[1].message
    assert [type(step) for step in report_restless(response, settled.restless)] == [Noticed]
