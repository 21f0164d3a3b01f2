"""What is too long is cut, what was cut decides nothing, and a run keeps no more than it has to."""

from hashlib import sha256

import httpx
import pytest

from conformance.evidence.json_bodies import UNREADABLE
from conformance.evidence.responses import OperationResponse
from conformance.execution.last_outcomes import judge_remaining
from conformance.execution.record_size import LONG_BYTES, RecordSize
from conformance.model import Exchange, Exchanged, Outcome, Planned, Request, Response, Verdict
from conformance.network.channel import Channel, Limits
from conformance.plan import Catalogue, Plan
from conformance.run_log.body_cut import cut_exchange, measure_exchange
from conformance.safety.gate import Gate
from specs.catalogue import load_requirements
from tests.execution.conftest import BASE, OPERATION


class Small(Limits):
    body_bytes = 1000


def passing(operation, subject):
    yield Request(OPERATION, "GET", "/vehicle_makes")
    yield Outcome("EXP-01", OPERATION, Verdict.PASS)


@pytest.fixture
def small_bench(bench):
    answering = httpx.MockTransport(lambda request: bench.handler(request))  # noqa: PLW0108 - it is set later
    gate = Gate(bench.subject.target, bench.subject.model.operations)
    bench.channel = Channel(BASE, {}, gate, agent="tests", transport=answering, limits=Small)
    return bench


def test_an_item_that_gets_the_beginning_of_a_body_concludes_nothing(small_bench):
    def handle(request):
        return httpx.Response(200, headers={"Content-Type": "application/json"}, content=b"[" + b"1, " * 1000 + b"1]")

    for _ in range(2):  # the second item shares the response of the first
        small_bench.run(passing, handle)
    outcomes = [outcome for outcome in small_bench.outcomes() if outcome.requirement == "EXP-01"]
    assert {outcome.verdict for outcome in outcomes} == {Verdict.INCONCLUSIVE}
    assert "too long" in outcomes[0].message
    assert len(small_bench.exchanges()) == 1


def test_the_beginning_of_a_body_is_not_read_as_all_of_it(subject):
    response = Response(200, (("Content-Type", "application/json"),), b"[]" + b" " * 10, cut=True)
    exchange = Exchange("x", Request(OPERATION, "GET", "/vehicle_makes"), "http://h/", 0.0, response)
    assert OperationResponse(exchange, subject.model.operations_by_key[OPERATION]).json is UNREADABLE


def test_a_case_that_rests_on_a_cut_body_is_inconclusive(subject):
    response = Response(200, (("Content-Type", "application/json"),), b"[" * 100, cut=True)
    exchange = Exchange("x", Request(OPERATION, "GET", "/vehicle_makes"), "http://h/", 0.0, response)
    plan = Plan((), (Planned("RSP-02", (OPERATION,)), Planned("RSP-03", ("GET /users",))), (), {})
    catalogue = Catalogue.collect(load_requirements())
    events = list(judge_remaining([Exchanged(exchange, "item")], plan, catalogue, subject))
    verdicts = {event.outcome.case.operation: event.outcome.verdict for event in events}
    assert verdicts == {OPERATION: Verdict.INCONCLUSIVE, "GET /users": Verdict.NOT_TESTED}


def exchange_of(size, header=0):
    response = Response(200, (("X-A", "a" * header), ("X-B", "b")), b"x" * size)
    return Exchange("x", Request(OPERATION, "GET", "/"), "http://h/", 0.0, response)


def test_a_run_keeps_long_exchanges_while_there_is_room_and_short_ones_always(store):
    size = RecordSize(store, most=50_000)
    long, longer = exchange_of(30_000), exchange_of(20_001)
    assert size.fit(long) == long
    kept = size.fit(longer).response
    assert (len(kept.body), kept.cut, kept.length) == (LONG_BYTES, True, 20_001)
    assert kept.sha256 == sha256(b"x" * 20_001).hexdigest()
    short = exchange_of(LONG_BYTES - 100)
    assert size.fit(short) == short


def test_what_was_cut_before_keeps_its_length_and_digest():
    once = cut_exchange(exchange_of(10_000), 5_000)
    again = cut_exchange(once, 100).response
    assert (len(again.body), again.length, again.sha256) == (100, 10_000, once.response.sha256)


def test_endless_headers_are_cut_too():
    kept = cut_exchange(exchange_of(0, header=100_000), 1_600)
    assert kept.response.headers[0][1].endswith("[cut]")
    assert kept.response.headers[1] == ("X-B", "b")
    assert measure_exchange(kept) < 1_700
    many = Response(200, tuple((f"X-{number}", "a" * 50) for number in range(1000)))
    cut = cut_exchange(Exchange("x", Request(OPERATION, "GET", "/"), "http://h/", 0.0, many), 1_600)
    assert len(cut.response.headers) < 30
