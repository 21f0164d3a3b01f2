"""What is not the API's answer accuses nobody: gateways, busy servers, lost connections."""

import random
from collections import Counter

import httpx
import pytest

from conformance.checks.responses import check_no_server_error
from conformance.evidence.responses import OperationResponse
from conformance.execution.availability import ASIDE, CROWDED, Availability
from conformance.execution.sending_context import ItemHalt
from conformance.model import Exchange, Outcome, Request, Response, Verdict
from conformance.network.channel import NoResponseError
from conformance.network.repetition import send_until_answered
from tests.execution.conftest import OPERATION

GATEWAY = (502, 503, 504, 520, 522, 529)


def get(target="/vehicle_makes", **more):
    return Request(OPERATION, "GET", target, **more)


def wanting_200(operation, subject):
    """The steps of a probe that asks once, and fails whatever is not answered 200."""
    exchange = yield get()
    yield Outcome("EXP-01", OPERATION, Verdict.PASS if exchange.status == 200 else Verdict.FAIL)


def verdicts(bench):
    return {outcome.requirement: outcome.verdict for outcome in bench.outcomes()}


def answer_in_turn(*responses):
    """A handler that gives each response once, and the last one from then on."""
    left = list(responses)

    def handle(request):
        response = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(response, Exception):
            raise response
        return httpx.Response(response, json=[]) if isinstance(response, int) else response

    return handle


@pytest.mark.parametrize("status", GATEWAY)
@pytest.mark.parametrize("times", [1, 2, 4])
def test_a_read_is_sent_again_until_the_api_answers(bench, status, times):
    bench.run(wanting_200, answer_in_turn(*[status] * times, 200))
    assert verdicts(bench)["EXP-01"] is Verdict.PASS
    assert [exchange.status for exchange in bench.exchanges()] == [*[status] * times, 200]
    assert len({exchange.id for exchange in bench.exchanges()}) == times + 1
    assert sorted(bench.slept) == bench.slept, "the pauses grow"


def test_a_busy_server_is_waited_for_as_told(bench):
    busy = httpx.Response(503, headers={"Retry-After": "7"})
    bench.run(wanting_200, answer_in_turn(busy, 200))
    assert bench.slept == [7]
    assert verdicts(bench)["EXP-01"] is Verdict.PASS


def test_a_server_that_names_a_long_absence_is_neither_asked_again_nor_accused(bench):
    bench.run(wanting_200, lambda request: httpx.Response(503, headers={"Retry-After": "3600"}))
    assert bench.slept == []
    assert set(verdicts(bench).values()) == {Verdict.INCONCLUSIVE}
    assert "--resume" in bench.outcomes()[0].message


@pytest.mark.parametrize("status", GATEWAY)
def test_what_is_never_answered_decides_nothing_but_that(bench, status):
    bench.run(wanting_200, answer_in_turn(status))
    assert set(verdicts(bench).values()) == {Verdict.INCONCLUSIVE}
    assert len(bench.exchanges()) == 5
    shown = OperationResponse(bench.exchanges()[-1], bench.subject.model.operations_by_key[OPERATION])
    assert [outcome.verdict for outcome in check_no_server_error(shown, bench.subject)] == [Verdict.FAIL]


def test_an_operation_that_is_known_to_be_unavailable_costs_little(bench):
    def steps(operation, subject):
        yield get(fresh=True)

    known: set[str] = set()
    for _ in range(2):
        bench.run(steps, answer_in_turn(502), unavailable_operations=known)
    assert len(bench.exchanges()) == 5 + 2


@pytest.mark.parametrize("status", GATEWAY)
def test_a_write_is_never_repeated_and_accuses_nobody(bench, status):
    asked = []

    def steps(operation, subject):
        yield Request(OPERATION, "POST", "/vehicle_makes")

    def handle(request):
        asked.append(request)
        return httpx.Response(status)

    bench.run(steps, handle)
    assert len(asked) == 1
    assert set(verdicts(bench).values()) == {Verdict.INCONCLUSIVE}
    assert "whether it took effect is not known" in bench.outcomes()[0].message


def test_a_write_without_effect_is_sent_again(bench):
    def steps(operation, subject):
        exchange = yield Request(OPERATION, "POST", "/vehicle_makes", inert="its body is wrong")
        yield Outcome("EXP-01", OPERATION, Verdict.PASS if exchange.status == 400 else Verdict.FAIL)

    bench.run(steps, answer_in_turn(502, 400))
    assert verdicts(bench)["EXP-01"] is Verdict.PASS


def test_a_broken_connection_is_tried_again_and_decides_nothing_if_it_stays_so(bench):
    bench.run(wanting_200, answer_in_turn(httpx.ReadError("reset"), httpx.RemoteProtocolError("cut"), 200))
    assert verdicts(bench)["EXP-01"] is Verdict.PASS
    assert [bool(exchange.failure) for exchange in bench.exchanges()] == [True, True, False]


def test_a_read_that_times_out_is_sent_again_once(bench):
    bench.run(wanting_200, answer_in_turn(httpx.ReadTimeout("slow"), 200))
    assert verdicts(bench)["EXP-01"] is Verdict.PASS
    assert bench.slept == [1.0]


def test_what_times_out_each_time_decides_nothing_and_costs_one_try_from_then_on(bench):
    known: set[str] = set()
    for _ in range(2):
        bench.run(
            lambda operation, subject: (yield get(fresh=True)),
            answer_in_turn(httpx.ReadTimeout("slow")),
            unavailable_operations=known,
        )
    assert len(bench.exchanges()) == 2 + 1
    assert set(verdicts(bench).values()) == {Verdict.INCONCLUSIVE}


@pytest.mark.parametrize(
    "lost", ["[Errno -3] Temporary failure in name resolution", "[SSL] tlsv1 alert internal error"]
)
def test_names_that_do_not_resolve_and_tls_alerts_are_waited_out_also_for_a_write(bench, lost):
    def steps(operation, subject):
        exchange = yield Request(OPERATION, "POST", "/vehicle_makes")
        yield Outcome("EXP-01", OPERATION, Verdict.PASS if exchange.status == 201 else Verdict.FAIL)

    bench.run(steps, answer_in_turn(httpx.ConnectError(lost), httpx.ConnectError(lost), 201))
    assert verdicts(bench)["EXP-01"] is Verdict.PASS


def test_a_target_that_is_gone_for_half_a_minute_is_waited_for(bench):
    gone_s = 30.0

    def handle(request):
        if sum(bench.slept) < gone_s:
            raise httpx.ConnectError("refused")
        return httpx.Response(200, json=[])

    bench.run(wanting_200, handle)
    assert verdicts(bench)["EXP-01"] is Verdict.PASS
    assert gone_s <= sum(bench.slept) < gone_s + 6
    assert bench.store.get_stop_reason() == ""


def test_patience_has_an_end(bench):
    def handle(request):
        raise httpx.ConnectError("refused")

    bench.run(wanting_200, handle, patience_s=20.0)
    assert 10 < sum(bench.slept) <= 20
    assert "does not answer" in bench.store.get_stop_reason()
    assert set(verdicts(bench).values()) == {Verdict.INCONCLUSIVE}


FIRST_READ = Request(OPERATION, "GET", "/vehicles", identity="full")


def test_a_target_that_breaks_all_connections_for_half_a_minute_is_waited_for(bench):
    gone_s = 30.0

    def handle(request):
        if sum(bench.slept) < gone_s:
            raise httpx.ReadError("reset")
        return httpx.Response(200, json=[])

    bench.run(wanting_200, handle, first_read=FIRST_READ)
    assert verdicts(bench)["EXP-01"] is Verdict.PASS
    assert gone_s <= sum(bench.slept) < gone_s + 6
    assert bench.store.get_stop_reason() == ""


def test_a_request_that_breaks_its_connection_is_not_waited_for_while_others_are_answered(bench):
    def handle(request):
        if request.url.path.endswith("/vehicle_makes"):
            raise httpx.ReadError("reset")
        return httpx.Response(200, json=[])

    bench.run(wanting_200, handle, first_read=FIRST_READ)
    assert verdicts(bench)["EXP-01"] is Verdict.INCONCLUSIVE
    assert sum(bench.slept) < 5
    assert bench.store.get_stop_reason() == ""


def test_patience_with_broken_connections_has_an_end(bench):
    bench.run(wanting_200, answer_in_turn(httpx.ReadError("reset")), first_read=FIRST_READ, patience_s=20.0)
    assert 10 < sum(bench.slept) <= 25
    assert "does not answer" in bench.store.get_stop_reason()


def test_a_target_that_answers_nothing_but_502_ends_the_run(bench):
    def steps(operation, subject):
        yield get(fresh=True)

    for _ in range(6):
        bench.run(steps, answer_in_turn(502))
    assert "not available" in bench.store.get_stop_reason()


def test_another_item_that_shares_the_read_is_halted_too(bench):
    bench.run(wanting_200, answer_in_turn(502))
    before = len(bench.exchanges())
    bench.run(wanting_200, lambda request: pytest.fail("the read is shared"))
    assert len(bench.exchanges()) == before
    assert {outcome.verdict for outcome in bench.outcomes()} == {Verdict.INCONCLUSIVE}


def make_exchange(number: int, status: int, method: str = "GET", aside: int = 0) -> Exchange:
    name = f"x{number}" + (f"{ASIDE}{aside}" if aside else "")
    return Exchange(name, Request(OPERATION, method, "/x"), "http://t/x", 0.0, Response(status))


def judge(*exchanges: Exchange) -> list[Outcome]:
    fold = Availability()
    for exchange in exchanges:
        fold.add_exchange(exchange)
    return list(fold.judge())


def test_the_share_of_moments_is_told():
    (outcome,) = judge(
        *(make_exchange(number, 200) for number in range(98)),
        make_exchange(1, 502, aside=1),
        make_exchange(2, 503, aside=1),
    )
    assert (outcome.requirement, outcome.verdict, outcome.times) == ("RSP-13", Verdict.WARN, 2)
    assert "2.0% of 100 requests" in outcome.message


def test_without_such_moments_it_passes_and_without_requests_it_says_nothing():
    assert [outcome.verdict for outcome in judge(make_exchange(1, 200))] == [Verdict.PASS]
    assert judge() == []


@pytest.mark.parametrize(
    ("statuses", "fails"), [((502, 502), True), ((502, 201), False), ((502,), False), ((502, 400, 502), False)]
)
def test_writes_that_all_fail_are_a_failure_of_the_server(statuses, fails):
    outcomes = judge(*(make_exchange(number, status, "POST") for number, status in enumerate(statuses)))
    found = Counter((outcome.requirement, outcome.verdict) for outcome in outcomes)
    assert found["RSP-08", Verdict.FAIL] == fails


def test_the_end_of_an_item_keeps_its_reason():
    halt = ItemHalt(Verdict.INCONCLUSIVE, "why")
    assert (halt.verdict, halt.reason) == (Verdict.INCONCLUSIVE, "why")


@pytest.mark.parametrize("first", [502, httpx.ReadError("reset"), 503])
def test_the_first_requests_are_sent_again_too(bench, first):
    bench.handler = answer_in_turn(first, first, 200)
    pauses: list[float] = []
    response, tries = send_until_answered(bench.channel, get(), pauses.append)
    assert (response.status, tries, len(pauses)) == (200, 3, 2)


def test_a_target_that_is_not_there_is_reported_at_once(bench):
    bench.handler = answer_in_turn(httpx.ConnectError("refused"))
    with pytest.raises(NoResponseError):
        send_until_answered(bench.channel, get(), lambda _: pytest.fail("nobody waits"))


def test_one_connection_that_stalls_is_replaced_and_two_are_reported(bench):
    bench.handler = answer_in_turn(httpx.ReadTimeout("idle"), 200)
    response, tries = send_until_answered(bench.channel, get(), lambda _: None)
    assert (response.status, tries) == (200, 2)
    bench.handler = answer_in_turn(httpx.ReadTimeout("idle"))
    with pytest.raises(NoResponseError):
        send_until_answered(bench.channel, get(), lambda _: None)


def test_a_gateway_that_stays_is_returned(bench):
    bench.handler = answer_in_turn(502)
    response, tries = send_until_answered(bench.channel, get(), lambda _: None)
    assert (response.status, tries) == (502, 4)


def in_flight(level: int, begins_at: float, statuses: list[int], mark: str = ASIDE) -> list[Exchange]:
    """Return exchanges that begin one after the other within a second, the last one with `level` in flight."""
    exchanges = []
    for number, status in enumerate(statuses):
        sent_at = begins_at + number * 0.9 / max(len(statuses), level)
        name = f"x{sent_at}" + (f"{mark}1" if status != 200 else "")
        exchanges.append(
            Exchange(name, Request(OPERATION, "GET", "/x"), "http://t/x", sent_at, Response(status, (), b"", 1.0))
        )
    return exchanges


@pytest.mark.parametrize("mark", [ASIDE, CROWDED])
def test_what_is_refused_above_a_level_is_no_outage(mark):
    calm = [exchange for second in range(40) for exchange in in_flight(5, second * 10.0, [200] * 5)]
    full = [exchange for second in range(40, 80) for exchange in in_flight(20, second * 10.0, [200] * 20)]
    crowded = [x for second in range(80, 90) for x in in_flight(22, second * 10.0, [200] * 20 + [503] * 2, mark)]
    (outcome,) = judge(*calm, *full, *crowded)
    assert outcome.verdict is Verdict.PASS
    lost = Exchange(f"y{ASIDE}1", Request(OPERATION, "GET", "/x"), "http://t/x", 5.0, failure="the connection broke")
    (outcome,) = judge(*calm, *full, *crowded, lost)
    assert (outcome.verdict, outcome.times) == (Verdict.WARN, 1)
    assert "no response (1)" in outcome.message


def test_an_outage_with_many_in_flight_is_told():
    full = [exchange for second in range(40) for exchange in in_flight(20, second * 10.0, [200] * 20)]
    down = in_flight(20, 400.0, [503] * 20, CROWDED)
    again = [exchange for second in range(41, 61) for exchange in in_flight(1, second * 10.0, [503])]
    (outcome,) = judge(*full, *down, *again)
    assert (outcome.verdict, outcome.times) == (Verdict.WARN, 40)


def test_failures_at_random_are_told_whatever_is_in_flight():
    numbers = random.Random(1)  # noqa: S311
    exchanges = [
        exchange
        for second in range(200)
        for exchange in in_flight(10, second * 10.0, [503 if numbers.random() < 0.03 else 200 for _ in range(10)])
    ]
    (outcome,) = judge(*exchanges)
    assert outcome.verdict is Verdict.WARN
