"""Attempts: a busy machine or a suspended client never accuses, and a real violation is seen twice."""

import asyncio
import os
import signal
import subprocess
import sys
import time

import pytest

from conformance.certify.api_clients.client_process import has_been_suspended
from conformance.certify.api_clients.recorded_traces import describe_trace
from conformance.certify.api_clients.scenario_attempts import (
    ScenarioAttempt,
    choose_attempt,
    judge_attempts,
    needs_repetition,
)
from conformance.certify.api_clients.stall_monitor import StallMonitor
from conformance.certify.api_clients.trace import ProcessEnd, ProcessResult, Trace
from conformance.certify.assessments import Assessment
from conformance.model import Verdict
from tests.certify.clients.test_judges import BASE, BY_NAME, build_call, build_page

FAIL, PASS, OPEN = Verdict.FAIL, Verdict.PASS, Verdict.INCONCLUSIVE


def build_attempts(*attempts: tuple[Verdict, bool]) -> list[ScenarioAttempt]:
    """Build attempts of their verdicts, each disturbed or not."""
    return [
        ScenarioAttempt(
            Trace(()), Assessment(verdict, verdict.value), "this machine was too busy" if is_disturbed else ""
        )
        for verdict, is_disturbed in attempts
    ]


@pytest.mark.parametrize(
    ("attempts", "verdict"),
    [
        ([(PASS, False)], PASS),
        ([(PASS, True)], PASS),
        ([(OPEN, False)], OPEN),
        ([(FAIL, False), (FAIL, False)], FAIL),
        ([(FAIL, True), (FAIL, False)], FAIL),
        ([(FAIL, True), (PASS, False)], PASS),
        ([(OPEN, True), (PASS, False)], PASS),
        ([(OPEN, True), (FAIL, False), (FAIL, False)], FAIL),
        ([(FAIL, True), (FAIL, True), (PASS, False)], PASS),
        ([(FAIL, True), (FAIL, True), (FAIL, True)], OPEN),
        ([(FAIL, False), (PASS, False), (FAIL, False)], FAIL),
        ([(FAIL, False), (PASS, False), (PASS, False)], OPEN),
        ([(OPEN, True), (OPEN, True), (OPEN, True)], OPEN),
    ],
)
def test_a_violation_counts_when_it_is_seen_twice_and_once_undisturbed(attempts, verdict):
    built = build_attempts(*attempts)
    for number in range(1, len(built)):
        assert needs_repetition(built[:number])
    assert not needs_repetition(built)
    assert choose_attempt(built).assessment.verdict is verdict


@pytest.mark.parametrize(("is_disturbed", "verdict"), [(False, FAIL), (True, OPEN)])
def test_a_client_of_an_operator_is_judged_by_its_only_attempt(is_disturbed, verdict):
    assert choose_attempt(build_attempts((FAIL, is_disturbed))).assessment.verdict is verdict


ENDED = ProcessResult(ProcessEnd.ENDED, 0, 1.0)
CONTROL = Trace(
    (
        build_call(0.0),
        build_call(0.1, target="/vehicles?page_after=2", headers=(("Link", '<about:blank>; rel="next"'),)),
    ),
    ENDED,
    BASE,
    task="list_vehicles",
)
STOPPED_EARLY = Trace(
    (build_page(0.0, "/vehicles", "/vehicles?page_after=2"),), ENDED, BASE, task="list_vehicles"
)  # fmt: skip


@pytest.mark.parametrize(
    "disturbed",
    [
        Trace(STOPPED_EARLY.calls, ProcessResult(ProcessEnd.ENDED, 0, 1.0, is_suspended=True), BASE),
        Trace(STOPPED_EARLY.calls, ENDED, BASE, stall_s=2.0),
    ],
)
def test_a_violation_of_a_disturbed_attempt_alone_is_no_violation(disturbed):
    scenario = BY_NAME["links-reordered"]
    traces = {"control-list-vehicles": CONTROL, "links-reordered": disturbed}
    assert needs_repetition(judge_attempts(scenario, traces))
    right = Trace((*STOPPED_EARLY.calls, build_call(0.5, target="/vehicles?page_after=2")), ENDED, BASE)
    attempts = judge_attempts(scenario, {**traces, "links-reordered-2": right})
    assert [attempt.assessment.verdict for attempt in attempts] == [FAIL, PASS]
    assert choose_attempt(attempts).assessment.verdict is PASS
    attempts = judge_attempts(scenario, {**traces, "links-reordered-2": STOPPED_EARLY})
    assert choose_attempt(attempts).assessment.verdict is FAIL
    assert {"stall_s", "process"} <= set(describe_trace(disturbed))  # the run log shows what disturbed it


def test_a_client_that_ends_before_the_condition_is_started_again():
    early = Trace((), ProcessResult(ProcessEnd.ENDED, 1, 7.0), BASE)
    traces = {"control-list-vehicles": CONTROL, "links-reordered": early}
    attempts = judge_attempts(BY_NAME["links-reordered"], traces)
    assert attempts[0].assessment.verdict is OPEN
    assert needs_repetition(attempts)
    unprovoked = {**traces, "links-reordered": Trace((), ENDED, BASE)}
    assert not needs_repetition(judge_attempts(BY_NAME["links-reordered"], unprovoked))


def test_a_suspended_child_is_noticed():
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        assert not has_been_suspended(child.pid)
        os.kill(child.pid, signal.SIGSTOP)
        deadline = time.monotonic() + 5
        while not (is_suspended := has_been_suspended(child.pid)) and time.monotonic() < deadline:
            time.sleep(0.01)
        os.kill(child.pid, signal.SIGCONT)
        child.communicate(b"\n")
    assert is_suspended
    assert child.returncode == 0
    assert not has_been_suspended(child.pid)


def test_a_loop_that_stands_still_is_noticed():
    monitor = StallMonitor()

    async def block() -> None:
        monitor.watch_running_loop()
        await asyncio.sleep(0.06)
        time.sleep(0.4)  # noqa: ASYNC251 - what must be noticed
        await asyncio.sleep(0.06)

    began = time.monotonic()
    asyncio.run(block())
    assert monitor.find_longest(began) > 0.25
    assert monitor.find_longest(time.monotonic()) == 0
