"""Times on a slow machine: what it may have made is left open, and what it cannot have made is still reported."""

import asyncio
import time

import msgspec
import pytest

from conformance.certify.api_clients.asgi import send_response
from conformance.certify.api_clients.conditions import ScenarioResponse
from conformance.certify.api_clients.trace import ProcessEnd, ProcessResult, Trace
from conformance.certify.api_clients.verdicts import judge_scenario
from conformance.model import Verdict
from tests.certify.clients.test_judges import BASE, BY_NAME, DONE, build_call, build_retries

ENDED = ProcessResult(ProcessEnd.ENDED, 1, 60.0)


def build_sequence(gaps: list[float], target: str = "/vehicles/veh1", *, touched: bool = True) -> tuple:
    """Build requests one after the other, with these gaps between response and request."""
    at, calls = 0.0, [build_call(0.0, target=target, touched=touched)]
    for gap in gaps:
        at += 0.01 + gap
        calls.append(build_call(at, target=target, touched=touched))
    return tuple(calls)


def judge_gaps(gaps: list[float], idle_gaps: list[float]) -> Verdict:
    control = Trace(build_sequence(idle_gaps, touched=False), ENDED, BASE)
    return judge_scenario(
        BY_NAME["unavailable"], Trace(tuple(build_retries(*gaps)), ENDED, BASE, control=control), ""
    ).verdict


def test_constant_gaps_are_left_open_where_requests_without_a_failure_are_as_far_apart():
    assert judge_gaps([0.5, 0.5, 0.5, 0.5], idle_gaps=[0.01, 0.02]) is Verdict.WARN
    assert judge_gaps([0.5, 0.5, 0.5, 0.5], idle_gaps=[0.01, 0.4]) is Verdict.INCONCLUSIVE
    assert judge_gaps([0.3, 0.6, 1.2, 2.4], idle_gaps=[0.01, 0.4]) is Verdict.PASS
    assert judge_gaps([2.0, 1.5, 1.0, 0.5], idle_gaps=[0.01, 0.4]) is Verdict.WARN  # a shrinking order is no noise


@pytest.mark.parametrize(
    ("early", "late", "verdict"),
    [
        ([0.01] * 10, [0.3] * 9, Verdict.PASS),
        ([0.01] * 10, [0.01] * 9, Verdict.WARN),
        ([0.3, 0.35] * 5, [0.55, 0.6, 0.58] * 3, Verdict.PASS),  # slower by 0.25 s, on a machine that takes 0.3 s
        ([0.3, 0.32] * 5, [0.3, 0.32, 0.31] * 3, Verdict.WARN),
        ([0.1, 0.9] * 5, [0.2, 0.8, 0.5] * 3, Verdict.INCONCLUSIVE),
    ],
)
def test_a_pace_is_judged_by_its_change(early, late, verdict):
    trace = Trace(build_sequence([*early, *late]), ENDED, BASE)
    assert judge_scenario(BY_NAME["allowance-falls"], trace, "").verdict is verdict


def judge_polling(*gaps: float, has_new_session: bool = True, process: ProcessResult = DONE) -> Verdict:
    *calls, last = build_sequence(list(gaps), "/charging_sessions")
    exchange = last.exchange
    if has_new_session:
        shown = msgspec.structs.replace(exchange.response, body=b'[{"id": "new"}]')
        exchange = msgspec.structs.replace(exchange, response=shown)
    trace = Trace((*calls, msgspec.structs.replace(last, exchange=exchange)), process, BASE)
    return judge_scenario(BY_NAME["long-quiet"], trace, "").verdict


def test_a_schedule_may_catch_up_after_a_stall():
    assert judge_polling(1.0, 1.0, 1.0, 1.0) is Verdict.PASS
    assert judge_polling(1.0, 3.4, 0.02, 1.0, 1.0) is Verdict.PASS
    assert judge_polling(1.0, 0.02, 1.0, 0.02, 1.0, 1.0) is Verdict.WARN
    assert judge_polling(1.0, 0.02, 1.0, 0.02) is Verdict.WARN
    assert judge_polling(1.0, 3.4, 0.02, 1.0, 0.02, 1.0) is Verdict.WARN


def test_polling_ends_when_it_has_read_the_new_session():
    assert judge_polling(1.0, 1.0, has_new_session=False) is Verdict.WARN
    assert judge_polling(1.0, 1.0, process=ProcessResult(ProcessEnd.ENDED, 1, 30.0)) is Verdict.WARN
    assert judge_polling(1.0, 1.0, has_new_session=False, process=ProcessResult()) is Verdict.PASS  # an operator's


def test_a_response_counts_from_before_it_is_sent():
    """A client may have the response while the server still waits for the processor: its wait begins then."""

    async def send_slowly(_message: object) -> None:
        await asyncio.sleep(0.1)

    began = time.monotonic()
    sent_at, is_complete = asyncio.run(send_response(send_slowly, ScenarioResponse(429)))
    assert sent_at - began < 0.1
    assert is_complete
