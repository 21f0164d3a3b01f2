"""Items that go on at a time send what they send alone, are reported in their place, and wait for each other only
where they share a read."""

import random
import threading
from collections import Counter
from types import MappingProxyType

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from conformance.execution.availability import CROWDED
from conformance.execution.concurrency import ConcurrencyLimit
from conformance.execution.driver import Driver
from conformance.execution.item_pool import ItemPool
from conformance.execution.redactor import Redactor
from conformance.execution.sending_context import SendingContext
from conformance.execution.store import SharedStore
from conformance.execution.transmission_threads import Arrived, TransmissionThreads
from conformance.model import Exchanged, ItemFinished, Outcome, Profile, Request, Verdict
from conformance.network.channel import Channel
from conformance.plan import Catalogue, PlanItem
from conformance.probes.toolkit.base import Need, Pause, Probe
from conformance.safety.gate import Gate
from tests.execution.conftest import BASE, OPERATION, requirement

ITEMS = 40


class ScriptedThreads:
    """Transmissions that arrive in an order drawn from a seed, without threads."""

    def __init__(self, transmit, seed):
        self._transmit, self._random = transmit, random.Random(seed)  # noqa: S311
        self.flying, self.most = [], 0

    def submit(self, number, transmission):
        self.flying.append((number, transmission, len(self.flying) + 1))
        self.most = max(self.most, len(self.flying))

    def receive(self, timeout_s):
        if timeout_s is not None and self._random.random() < 0.2:
            return None
        number, transmission, level = self.flying.pop(self._random.randrange(len(self.flying)))
        try:
            return Arrived(number, self._transmit(transmission, level))
        except Exception as error:  # noqa: BLE001 - as the threads do
            return Arrived(number, error)

    def close(self):
        self.flying.clear()


class Hall:
    """A driver with one probe whose items send what `steps(number)` yields, and everything that goes out."""

    def __init__(self, subject, folder, steps, *, answer=None):
        self.events, self.sent = [], Counter()
        self.level = 1  # in flight with the request that is being answered
        self.answer = answer or (lambda request: httpx.Response(200, json=[]))
        self.store = SharedStore(folder / "hall.sqlite", lease=8)
        channel = Channel(
            BASE, {}, Gate(subject.target, subject.model.operations), agent="tests",
            transport=httpx.MockTransport(self.handle),
        )  # fmt: skip

        def run(operation, subject):
            yield from steps(subject.part)

        probe = Probe("probe", ("EXP-01",), lambda o, m: True, lambda o, m: (), run, Profile.SMOKE)
        known = MappingProxyType({"EXP-01": requirement("EXP-01")})
        catalogue = Catalogue(known, (), MappingProxyType({"probe": probe}))
        self.context = SendingContext(BASE, channel, self.store, Redactor({}), self.events.append, concurrency=32)
        self.driver = Driver(subject, catalogue, self.context, lambda r, o: True, lambda r, o: True)
        self.items = [PlanItem("probe", OPERATION, "vehicle_makes", ("EXP-01",), (), part) for part in range(ITEMS)]

    def handle(self, request):
        response = self.answer(request)
        if response.status_code == 200:
            self.sent[str(request.url)] += 1
        return response

    def transmit(self, transmission, level):
        self.level = level
        return self.context.transmit(transmission)

    def run_alone(self):
        return [self.driver.run(item) for item in self.items]

    def open_pool(self, most, threads, start=8):
        return ItemPool(
            self.driver.open_item,
            lambda: self.items,
            self.store.is_claimed,
            self.context.is_refusal,
            threads,
            ConcurrencyLimit(most, start),
        )

    def run_together(self, most, seed):
        threads = ScriptedThreads(self.transmit, seed)
        pool = self.open_pool(most, threads)
        violations = [pool.run(item) for item in self.items]
        pool.close()
        return violations, threads.most

    def exchanges(self):
        return [event.exchange for event in self.events if isinstance(event, Exchanged)]


def sharing_steps(number):
    """Send requests that other items share, requests of its own, and those that depend on responses."""
    yield Request(OPERATION, "GET", f"/vehicle_makes?shared={number % 3}")
    exchange = yield Request(OPERATION, "GET", f"/vehicle_makes?own={number}", fresh=True)
    yield Request(OPERATION, "GET", f"/vehicle_makes?after={exchange.status}-{number}", fresh=True)
    yield Request(OPERATION, "GET", "/vehicle_makes?shared=all")
    verdict = Verdict.FAIL if number % 5 == 0 else Verdict.PASS
    yield Outcome("EXP-01", OPERATION, verdict, f"item {number}" if number % 5 == 0 else "")


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 1000), most=st.sampled_from([2, 8, 32]))
def test_same_requests_and_verdicts_whatever_the_order(subject, tmp_path_factory, seed, most):
    alone = Hall(subject, tmp_path_factory.mktemp("alone"), sharing_steps)
    expected = alone.run_alone()
    together = Hall(subject, tmp_path_factory.mktemp("together"), sharing_steps)
    violations, in_flight = together.run_together(most, seed)
    assert violations == expected  # each in the place of its item
    assert sum(map(len, violations)) == ITEMS // 5
    assert together.sent == alone.sent
    assert Counter(x.id for x in together.exchanges()) == Counter(x.id for x in alone.exchanges())
    assert together.store.get_spent() == alone.store.get_spent()
    assert 1 < in_flight <= most
    for hall in (alone, together):
        hall.store.close()


def test_budget_is_not_overdrawn_by_items_at_a_time(subject, tmp_path):
    hall = Hall(subject, tmp_path, lambda number: iter([Request(OPERATION, "GET", f"/vehicle_makes?{number}")]))
    context = hall.context.__class__(
        BASE, hall.context.channel, hall.store, Redactor({}), hall.events.append, get_limit=lambda _: 17, concurrency=8
    )
    hall.driver = Driver(subject, hall.driver.catalogue, context, lambda r, o: True, lambda r, o: True)
    hall.run_together(8, 1)
    assert sum(hall.sent.values()) == 17
    assert hall.store.get_spent() == {"full": 17}
    hall.store.close()


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("served", [1, 3, 20])
def test_target_that_refuses_more_at_a_time_shows_nothing_else(subject, tmp_path, monkeypatch, status, served):
    monkeypatch.setattr("conformance.execution.sender.find_crowd_pause", lambda *_: 0.0)

    def steps(number):
        for turn in range(20):
            exchange = yield Request(OPERATION, "GET", f"/vehicle_makes?{number}-{turn}", fresh=True)
            assert exchange.status == 200
        yield Outcome("EXP-01", OPERATION, Verdict.PASS)

    hall = Hall(subject, tmp_path, steps)
    hall.answer = lambda request: httpx.Response(200 if hall.level <= served else status, json=[])
    violations, in_flight = hall.run_together(32, 7)
    exchanges = hall.exchanges()
    refused = [exchange for exchange in exchanges if exchange.status == status]
    assert in_flight > served
    assert violations == [()] * ITEMS
    assert all(CROWDED in exchange.id for exchange in refused)
    assert 0 < len(refused) <= 0.05 * len(exchanges)
    assert len(hall.sent) == ITEMS * 20
    assert all(event.complete for event in hall.events if isinstance(event, ItemFinished))
    assert not hall.store.get_stop_reason()
    hall.store.close()


def test_stalled_request_holds_nobody_up(subject, tmp_path):
    stalled = threading.Event()

    def answer(request):
        if b"stall" in request.url.query:
            stalled.wait(30)
        return httpx.Response(200, json=[])

    def steps(number):
        yield Request(OPERATION, "GET", "/vehicle_makes?stall" if number == 0 else f"/vehicle_makes?{number}")

    hall = Hall(subject, tmp_path, steps, answer=answer)
    ended = []
    write = hall.events.append

    def write_and_watch(event):
        write(event)
        if isinstance(event, ItemFinished):
            ended.append(event.item)
            if len(ended) == ITEMS - 1:
                stalled.set()

    context = SendingContext(
        BASE, hall.context.channel, hall.store, Redactor({}), write_and_watch, concurrency=4, clock=lambda: 1.0
    )
    hall.driver = Driver(subject, hall.driver.catalogue, context, lambda r, o: True, lambda r, o: True)
    pool = hall.open_pool(4, TransmissionThreads(context.transmit, 4))
    for item in hall.items:
        pool.run(item)
    pool.close()
    assert ended[-1] == hall.items[0].name
    hall.store.close()


def test_item_with_an_error_raises_it_in_its_place(subject, tmp_path):
    hall = Hall(subject, tmp_path, lambda number: iter(()))
    error = OSError("disk full")

    def write(event):
        if isinstance(event, ItemFinished) and event.item == hall.items[3].name:
            raise error

    context = SendingContext(BASE, hall.context.channel, hall.store, Redactor({}), write)
    hall.driver = Driver(subject, hall.driver.catalogue, context, lambda r, o: True, lambda r, o: True)
    pool = hall.open_pool(8, ScriptedThreads(hall.transmit, 1))
    for item in hall.items[:3]:
        assert pool.run(item) == ()
    with pytest.raises(OSError, match="disk full"):
        pool.run(hall.items[3])
    assert pool.run(hall.items[4]) == ()
    pool.close()
    hall.store.close()


def test_closing_ends_open_items_and_gives_up_what_they_claimed(subject, tmp_path):
    hall = Hall(subject, tmp_path, lambda number: iter([Request(OPERATION, "GET", f"/vehicle_makes?{number}")]))

    class Interrupted(ScriptedThreads):
        def receive(self, timeout_s):
            raise KeyboardInterrupt

    pool = hall.open_pool(8, Interrupted(hall.transmit, 1))
    with pytest.raises(KeyboardInterrupt):
        pool.run(hall.items[0])
    pool.close()
    claims = hall.store._db.execute("SELECT count(*) FROM answer").fetchone()
    assert claims == (0,)
    assert not [event for event in hall.events if isinstance(event, ItemFinished)]
    hall.store.close()


def test_rate_limit_holds_all_items(subject, tmp_path):
    now, naps, limited = [100.0], [], []

    def sleep(seconds):
        naps.append(seconds)
        now[0] += seconds

    sent_at = []

    def answer(request):
        sent_at.append(now[0])
        if len(sent_at) == 200 and not limited:
            limited.append(now[0])
            return httpx.Response(429, headers={"Retry-After": "5"})
        return httpx.Response(200, json=[])

    def steps(number):
        for turn in range(10):
            yield Request(OPERATION, "GET", f"/vehicle_makes?{number}-{turn}", fresh=True)

    hall = Hall(subject, tmp_path, steps, answer=answer)
    threads = ScriptedThreads(hall.transmit, 3)
    threads.receive = lambda timeout_s, receive=threads.receive: receive(None)
    pool = ItemPool(
        hall.driver.open_item, lambda: hall.items, hall.store.is_claimed, hall.context.is_refusal, threads,
        ConcurrencyLimit(8),
        clock=lambda: now[0], sleep=sleep,
    )  # fmt: skip
    for item in hall.items:
        pool.run(item)
    pool.close()
    assert limited == [100.0]
    assert len([at for at in sent_at if at == 100.0]) <= 200 + 8  # those that were in flight already
    assert not [at for at in sent_at if 100.0 < at < 106.0]
    assert len(sent_at) == ITEMS * 10 + 1
    hall.store.close()


def test_pause_of_an_item_does_not_delay_others(subject, tmp_path):
    now = [0.0]

    def steps(number):
        yield Pause(10.0)
        yield Request(OPERATION, "GET", f"/vehicle_makes?{number}")

    hall = Hall(subject, tmp_path, steps)
    threads = ScriptedThreads(hall.transmit, 3)
    pool = ItemPool(
        hall.driver.open_item, lambda: hall.items, hall.store.is_claimed, hall.context.is_refusal, threads,
        ConcurrencyLimit(8),
        clock=lambda: now[0], sleep=lambda seconds: now.__setitem__(0, now[0] + seconds),
    )  # fmt: skip
    for item in hall.items:
        pool.run(item)
    pool.close()
    assert now[0] == pytest.approx(10.0)
    hall.store.close()


@pytest.mark.parametrize("alone", [{"method": "GET", "expects_limit": True}, {"method": "POST"}])
def test_request_whose_refusal_cannot_be_repeated_goes_out_alone(subject, tmp_path, alone):
    levels = []

    def answer(request):
        if b"limit" in request.url.query:
            levels.append((hall.level, len(threads.flying)))
        return httpx.Response(200 if hall.level <= 3 else 429, json=[])

    def steps(number):
        for turn in range(5):
            is_last = number % 7 == 0
            target = f"/vehicle_makes?{'limit' if is_last else 'plain'}-{number}-{turn}"
            yield Request(OPERATION, target=target, fresh=True, **(alone if is_last else {"method": "GET"}))

    hall = Hall(subject, tmp_path, steps, answer=answer)
    threads = ScriptedThreads(hall.transmit, 5)
    pool = hall.open_pool(3, threads)
    for item in hall.items:
        pool.run(item)
    pool.close()
    assert levels == [(1, 0)] * 30
    assert threads.most == 3
    hall.store.close()


def test_requests_that_go_out_alone_follow_each_other(subject, tmp_path):
    order = []

    def answer(request):
        order.append(request.url.query)
        return httpx.Response(200, json=[])

    def steps(number):
        for turn in range(5):
            is_alone = number == 3
            target = f"/vehicle_makes?{'alone' if is_alone else f'plain-{number}'}-{turn}"
            yield Request(OPERATION, "GET", target, fresh=True, expects_limit=is_alone)

    hall = Hall(subject, tmp_path, steps, answer=answer)
    pool = hall.open_pool(4, ScriptedThreads(hall.transmit, 5))
    for item in hall.items:
        pool.run(item)
    pool.close()
    places = [place for place, query in enumerate(order) if query.startswith(b"alone")]
    assert places == list(range(places[0], places[0] + 5))
    assert len(order) == 5 * ITEMS
    hall.store.close()


def test_item_of_many_requests_begins_first_and_is_reported_in_its_place(subject, tmp_path):
    order = []

    def answer(request):
        order.append(int(request.url.params["item"]))
        return httpx.Response(200, json=[])

    def steps(number):
        for turn in range(30 if number == ITEMS - 1 else 3):
            yield Request(OPERATION, "GET", f"/vehicle_makes?item={number}&turn={turn}", fresh=True)
        yield Outcome("EXP-01", OPERATION, Verdict.FAIL, f"item {number}")

    hall = Hall(subject, tmp_path, steps, answer=answer)
    *others, last = hall.items
    hall.items = [*others, replace(last, needs=(Need("many", 30, shared=False),))]
    pool = hall.open_pool(4, ScriptedThreads(hall.transmit, 5))
    violations = [pool.run(item) for item in hall.items]
    pool.close()
    assert ITEMS - 1 in order[:8]
    assert [outcome.message for broken in violations for outcome in broken] == [f"item {n}" for n in range(ITEMS)]
    hall.store.close()
