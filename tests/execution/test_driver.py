"""The driver: budget, sharing, rate limits, failures, our own faults; every one of them ends on record."""

import time

import httpx
import msgspec
import pytest

from conformance.execution.sender import build_exchange_id
from conformance.model import Noticed, Outcome, Passed, Request, Verdict
from tests.execution.conftest import OPERATION, TOKEN


def get(target="/vehicle_makes", **more):
    return Request(OPERATION, "GET", target, **more)


def ok(request):
    return httpx.Response(200, json=[])


def verdicts(bench):
    return {(each.requirement, each.verdict) for each in bench.outcomes()}


def test_identical_safe_reads_are_asked_once(bench):
    asked = []

    def steps(operation, subject):
        first = yield get()
        second = yield get()
        assert first.id == second.id
        yield Outcome("EXP-01", OPERATION, Verdict.PASS)

    bench.run(steps, lambda request: asked.append(request) or ok(request))
    assert len(asked) == 1
    assert bench.store.get_spent() == {"full": 1}


@pytest.mark.parametrize("request_", [get(fresh=True), Request(OPERATION, "POST", "/vehicle_makes")])
def test_fresh_reads_and_writes_are_asked_each_time(bench, request_):
    def steps(operation, subject):
        first = yield request_
        second = yield request_
        assert first.id != second.id

    bench.run(steps, ok)
    assert bench.store.get_spent() == {"full": 2}


def test_reads_as_somebody_else_are_other_reads(bench):
    def steps(operation, subject):
        yield get()
        yield get(identity="")

    bench.run(steps, ok)
    assert bench.store.get_spent() == {"": 1, "full": 1}


def test_ids_of_exchanges_are_the_same_in_every_run(bench, subject, tmp_path):
    from conformance.execution.store import SharedStore
    from tests.execution.conftest import Bench

    def steps(operation, subject):
        yield get()
        yield get(fresh=True)

    bench.run(steps, ok)
    other = Bench(subject, SharedStore(tmp_path / "other.sqlite"))
    other.run(steps, ok)
    assert [each.id for each in bench.exchanges()] == [each.id for each in other.exchanges()]
    other.store.close()


def test_a_spent_budget_leaves_what_was_seen_and_says_why_the_rest_is_not(bench):
    def steps(operation, subject):
        yield get()
        yield Outcome("EXP-01", OPERATION, Verdict.FAIL, "seen")
        yield get("/vehicle_makes?page_size=2")
        yield Outcome("EXP-10", OPERATION, Verdict.PASS)

    violations = bench.run(steps, ok, get_limit=lambda _: 1)
    assert [each.message for each in violations] == ["seen"]
    assert verdicts(bench) == {("EXP-01", Verdict.FAIL), ("EXP-10", Verdict.NOT_TESTED)}
    assert "budget" in bench.outcomes()[-1].message


@pytest.mark.parametrize(("limit", "told"), [(2, 1), (3, 0)])
def test_who_ends_between_a_change_and_its_undoing_says_so(bench, limit, told):
    def steps(operation, subject):
        yield get()
        yield Request(OPERATION, "POST", "/vehicle_makes")
        yield Request(OPERATION, "DELETE", "/vehicle_makes/1")

    bench.run(steps, ok, get_limit=lambda _: limit)
    notices = [each for each in bench.events if isinstance(each, Noticed) and each.topic == "cleanup"]
    assert len(notices) == told
    assert all("POST /vehicle_makes" in each.message for each in notices)


def test_a_should_is_a_warning_not_a_violation(bench):
    def steps(operation, subject):
        yield Outcome("EXP-10", OPERATION, Verdict.FAIL, "odd")

    assert bench.run(steps, ok) == ()
    assert verdicts(bench) == {("EXP-10", Verdict.WARN)}


def test_repetitions_are_counted_not_repeated(bench):
    def steps(operation, subject):
        for index in range(5):
            yield Outcome("EXP-01", OPERATION, Verdict.FAIL, "odd", pointer=f"/{index}/id")

    bench.run(steps, ok)
    assert [each.times for each in bench.outcomes()] == [1, 4]


def test_a_probe_that_raises_is_our_fault_and_ends_alone(bench):
    def steps(operation, subject):
        yield get()
        raise ZeroDivisionError(TOKEN)

    bench.run(steps, ok)
    assert verdicts(bench) == {("EXP-01", Verdict.ERROR), ("EXP-10", Verdict.ERROR)}
    assert TOKEN not in repr(bench.events)
    assert bench.store.get_finished_items() == {f"probe[{OPERATION}]"}


def wanting_200(operation, subject):
    """The steps of a probe that asks once, and passes what is answered 200."""
    exchange = yield get()
    yield Outcome("EXP-01", OPERATION, Verdict.PASS if exchange.status == 200 else Verdict.FAIL)


def test_429_is_waited_out_as_told_and_never_judged(bench):
    answers = iter([httpx.Response(429, headers={"Retry-After": "7"}), httpx.Response(200, json=[])])

    bench.run(wanting_200, lambda request: next(answers))
    assert bench.slept == [8]
    assert bench.store.get_announcement() == ""
    assert ("EXP-01", Verdict.PASS) in verdicts(bench)
    assert any(isinstance(event, Noticed) and event.topic == "rate-limit" for event in bench.events)


@pytest.mark.parametrize("headers", [{"Retry-After": "7"}, {}, {"Retry-After": "soon"}])
def test_429_stops_every_worker_where_waiting_is_off_or_does_not_help(bench, headers):
    def steps(operation, subject):
        yield get()

    is_told = "7" in headers.values()
    bench.run(steps, lambda request: httpx.Response(429, headers=headers), should_wait=not is_told)
    assert bench.slept == ([] if is_told else [1, 2, 4, 5])
    assert "rate limit" in bench.store.get_stop_reason()
    assert verdicts(bench) == {("EXP-01", Verdict.NOT_TESTED), ("EXP-10", Verdict.NOT_TESTED)}
    bench.run(steps, lambda request: pytest.fail("a stopped run asks nothing"))


def test_a_request_without_answer_is_repeated_and_decides_nothing(bench):
    asked = []

    def steps(operation, subject):
        yield get()
        yield Outcome("EXP-01", OPERATION, Verdict.PASS)

    def broken(request):
        asked.append(request)
        raise httpx.ReadError("gone")

    bench.run(steps, broken)
    assert len(asked) == 4
    assert verdicts(bench) == {("EXP-01", Verdict.INCONCLUSIVE), ("EXP-10", Verdict.INCONCLUSIVE)}
    assert bench.exchanges()[-1].failure


def test_an_unsafe_request_without_answer_is_never_repeated(bench):
    asked = []

    def steps(operation, subject):
        yield Request(OPERATION, "POST", "/vehicle_makes")

    def broken(request):
        asked.append(request)
        raise httpx.ReadError("gone")

    bench.run(steps, broken)
    assert len(asked) == 1


def test_what_http_cannot_carry_is_no_word_on_the_target(bench):
    def steps(operation, subject):
        exchange = yield get(headers=(("X-Odd", "a\x00b"),), fresh=True)
        assert exchange.failure.startswith("not sent")
        yield Outcome("EXP-01", OPERATION, Verdict.PASS)

    with pytest.MonkeyPatch.context() as patch:
        from conformance.network import channel

        def refuse(self, request):
            raise channel.NotSentError("illegal header value")

        patch.setattr(channel.Channel, "send", refuse)
        bench.run(steps, ok)
    assert ("EXP-01", Verdict.PASS) in verdicts(bench)


def test_nothing_written_down_holds_the_token(bench):
    def steps(operation, subject):
        yield get(f"/vehicle_makes?access_token={TOKEN}", headers=(("Cookie", f"session={TOKEN}"),))

    bench.run(steps, lambda request: httpx.Response(200, json={"echo": request.headers["authorization"]}))
    assert TOKEN not in repr(bench.events)
    assert TOKEN.encode() not in (bench.exchanges()[0].response.body)


def test_a_limit_that_never_lifts_is_not_waited_for_without_end(bench):
    def steps(operation, subject):
        yield get()

    bench.run(steps, lambda request: httpx.Response(429, headers={"Retry-After": "1"}))
    assert bench.slept == [2, 2, 4, 5]
    assert verdicts(bench) == {("EXP-01", Verdict.INCONCLUSIVE), ("EXP-10", Verdict.INCONCLUSIVE)}


def test_a_target_that_answers_nothing_but_429_is_left_alone(bench):
    for _ in range(3):
        assert not bench.store.get_stop_reason()
        bench.run(wanting_200, lambda request: httpx.Response(429, headers={"Retry-After": "1"}))
    assert "every response of the target is a 429" in bench.store.get_stop_reason()
    assert bench.slept == [2, 2, 4, 5] * 3


def test_ten_seconds_of_429_that_do_not_say_how_long_are_waited_out(bench):
    def handle(request):
        return httpx.Response(200, json=[]) if sum(bench.slept) >= 10 else httpx.Response(429)

    bench.run(wanting_200, handle)
    assert ("EXP-01", Verdict.PASS) in verdicts(bench)
    assert not bench.store.get_stop_reason()


def test_an_operation_that_always_answers_429_stops_nothing_else(bench):
    for _ in range(5):
        bench.run(wanting_200, lambda request: httpx.Response(429, headers={"Retry-After": "1"}))
        bench.run(wanting_200, ok)
    assert not bench.store.get_stop_reason()


def test_an_outcome_that_quotes_the_token_is_written_without_it(bench):
    def steps(operation, subject):
        yield Outcome("EXP-01", OPERATION, Verdict.FAIL, f"saw {TOKEN}", TOKEN, TOKEN)

    violations = bench.run(steps, ok)
    assert TOKEN not in repr(violations)
    assert TOKEN not in repr(bench.events)


def test_what_is_violated_is_made_smaller_and_named_beside_what_was_seen_first(bench):
    def judged(exchange):
        if exchange.status == 500:
            yield Outcome("EXP-01", OPERATION, Verdict.FAIL, "it fails", exchanges=(exchange.id,))

    def steps(operation, subject):
        yield from judged((yield get("/vehicle_makes?a=1&b=2&c=3")))

    def again(request, operation, subject):
        yield from judged((yield request))

    bench.run(steps, lambda request: httpx.Response(500 if "b=2" in str(request.url) else 200, json=[]), again)
    sent = {each.id: each for each in bench.exchanges()}
    told = [each for each in bench.outcomes() if each.requirement == "EXP-01"]
    assert sent[told[0].exchanges[0]].request.target == "/vehicle_makes?a=1&b=2&c=3"  # at once: a kill loses none
    (smallest,) = {each.smallest for each in told if each.smallest}
    assert sent[smallest].request.target == "/vehicle_makes?b=2"
    failing = [each for each in sent.values() if each.status == 500]
    assert sum(each.times for each in told) == len(failing)


def test_a_write_that_cannot_take_effect_and_does_ends_all_writes_of_the_item(bench):
    sent = []

    def steps(operation, subject):
        for _ in range(2):
            request = Request(operation.key, "POST", "/vehicle_models", inert="nothing has its id", fresh=True)
            sent.append((yield request))
        yield Outcome("EXP-01", OPERATION, Verdict.PASS)

    bench.run(steps, lambda request: httpx.Response(201, json={}))
    assert [exchange.status for exchange in sent] == [201]
    assert ("EXP-01", Verdict.NOT_TESTED) in verdicts(bench)


def test_a_request_that_the_gate_refuses_is_an_internal_error(bench):
    def steps(operation, subject):
        yield Request(operation.key, "POST", "/vehicle_models", authority="https://elsewhere.example")

    bench.run(steps, ok)
    assert ("EXP-01", Verdict.ERROR) in verdicts(bench)
    assert [event.topic for event in bench.events if hasattr(event, "topic")] == ["safety"]
    assert bench.exchanges() == []


def test_a_read_that_the_gate_refuses_is_the_targets_doing(bench):
    def steps(operation, subject):
        yield Request(operation.key, "GET", "/vehicle_makes", authority="https://elsewhere.example")

    bench.run(steps, ok)
    assert ("EXP-01", Verdict.INCONCLUSIVE) in verdicts(bench)
    assert [event.topic for event in bench.events if hasattr(event, "topic")] == ["safety"]
    assert bench.exchanges() == []


def test_a_pause_longer_than_an_hour_ends_the_run_and_says_how_to_go_on(bench):
    def steps(operation, subject):
        yield get(fresh=True)

    bench.run(steps, lambda request: httpx.Response(429, headers={"Retry-After": "99999"}))
    assert "--resume" in bench.store.get_stop_reason()
    assert bench.slept == []


def test_a_run_ends_at_its_deadline_and_says_how_to_go_on(bench):
    bench.run(wanting_200, lambda request: pytest.fail("nothing is sent after the deadline"), ends_at_s=0.0)
    assert "--resume" in bench.store.get_stop_reason()
    assert verdicts(bench) == {("EXP-01", Verdict.NOT_TESTED), ("EXP-10", Verdict.NOT_TESTED)}


def test_a_wait_that_would_outlast_the_deadline_is_not_begun(bench):
    busy = httpx.Response(429, headers={"Retry-After": "3000"})
    bench.run(wanting_200, lambda request: busy, ends_at_s=time.monotonic() + 1000)
    assert bench.slept == []
    assert "deadline" in bench.store.get_stop_reason()


def test_id_of_an_exchange_is_the_same_in_a_worker_that_got_its_identity_from_another_process():
    here = get(identity="full")
    there = msgspec.structs.replace(here, identity=msgspec.msgpack.decode(msgspec.msgpack.encode("full")))
    assert there == here
    assert build_exchange_id(there, "", "h:1") == build_exchange_id(here, "", "h:1")


def test_what_passed_and_says_no_more_is_one_event(bench):
    def steps(operation, subject):
        exchange = yield Request(OPERATION, "GET", "/vehicle_makes")
        for _ in range(3):
            yield Outcome("EXP-01", OPERATION, Verdict.PASS, exchanges=(exchange.id,))
        yield Outcome("EXP-10", OPERATION, Verdict.PASS, exchanges=(exchange.id,))

    bench.run(steps, ok)
    exchange = bench.exchanges()[0].id
    passed = [event for event in bench.events if isinstance(event, Passed)]
    assert passed == [Passed(OPERATION, ("EXP-01", "EXP-10"), exchange, (3, 1), f"probe[{OPERATION}]")]


def test_a_sample_that_passed_says_how_much_it_tried(bench):
    def steps(operation, subject):
        for tried in (1, 2):
            yield Outcome("EXP-01", OPERATION, Verdict.PASS, tried=tried, known=7)

    bench.run(steps, ok)
    assert [(each.times, each.tried, each.known) for each in bench.outcomes()] == [(1, 1, 7), (1, 2, 7)]
