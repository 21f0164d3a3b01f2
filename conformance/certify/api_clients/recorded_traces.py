"""Traces in the run log: written beside the exchanges, and judged again before a certificate is signed.

Secrets are not in the run log, so what only they show (a secret in a query) is not judged again.
"""

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from conformance.certify.api_clients.catalogue import load_scenarios
from conformance.certify.api_clients.scenario_attempts import choose_attempt, judge_attempts
from conformance.certify.api_clients.trace import ClientCall, Handshake, ProcessResult, ServerPart, Trace
from conformance.model import Event, Exchange, Exchanged, Observed, Traced, Verdict

_GOOD = frozenset({Verdict.PASS, Verdict.REVIEW, Verdict.NOT_OBSERVABLE, Verdict.NOT_APPLICABLE})


class _RecordedCall(msgspec.Struct, frozen=True):
    exchange: str
    part: ServerPart
    requested_at: float
    responded_at: float
    is_affected: bool
    is_abandoned: bool


class _RecordedTrace(msgspec.Struct, frozen=True):
    task: str
    calls: tuple[_RecordedCall, ...]
    process: ProcessResult
    base_url: str
    user: str
    scale: float
    handshakes: tuple[Handshake, ...]
    stall_s: float = 0.0


def describe_trace(trace: Trace) -> dict[str, Any]:
    """Return a trace as JSON, with its exchanges by their ids and without secrets."""
    calls = tuple(
        _RecordedCall(
            call.exchange.id, call.part, call.requested_at, call.responded_at, call.is_affected, call.is_abandoned
        )
        for call in trace.calls
    )
    handshakes = tuple(Handshake(handshake.failure, handshake.received[:16]) for handshake in trace.handshakes)
    recorded = _RecordedTrace(
        trace.task, calls, trace.process, trace.base_url, trace.user, trace.scale, handshakes, trace.stall_s
    )
    described: dict[str, Any] = msgspec.to_builtins(recorded)
    return described


def find_contradictions(events: Iterable[Event]) -> tuple[str, ...]:
    """Return the scenarios whose recorded outcome does not follow from their recorded trace, each with the reason."""
    exchanges: dict[str, Exchange] = {}
    recorded: dict[str, _RecordedTrace] = {}
    observed: dict[str, Verdict] = {}
    for event in events:
        match event:
            case Exchanged(exchange):
                exchanges[exchange.id] = exchange
            case Traced(item, trace):
                recorded[item] = msgspec.convert(trace, _RecordedTrace)
            case Observed(outcome, item):
                observed[item] = outcome.verdict
            case _:
                pass
    traces = {name: _restore_trace(trace, exchanges) for name, trace in recorded.items()}
    return tuple(_iterate_contradictions(traces, observed))


def _iterate_contradictions(traces: dict[str, Trace], observed: dict[str, Verdict]) -> Iterator[str]:
    for scenario in load_scenarios():
        verdict = observed.get(scenario.name)
        if scenario.judge is None or verdict not in _GOOD:
            continue
        attempts = judge_attempts(scenario, traces)
        if not attempts:
            yield f"{scenario.requirement}, {scenario.name}: {verdict} is recorded, but nothing that shows it"
        elif (again := choose_attempt(attempts).assessment.verdict) not in _GOOD:
            yield f"{scenario.requirement}, {scenario.name}: {verdict} is recorded, but its exchanges show {again}"


def _restore_trace(recorded: _RecordedTrace, exchanges: dict[str, Exchange]) -> Trace:
    calls = tuple(
        ClientCall(
            exchanges[call.exchange],
            call.part,
            call.requested_at,
            call.responded_at,
            is_affected=call.is_affected,
            is_abandoned=call.is_abandoned,
        )
        for call in recorded.calls
        if call.exchange in exchanges
    )
    return Trace(
        calls,
        recorded.process,
        recorded.base_url,
        recorded.user,
        recorded.scale,
        handshakes=recorded.handshakes,
        task=recorded.task,
        stall_s=recorded.stall_s,
    )
