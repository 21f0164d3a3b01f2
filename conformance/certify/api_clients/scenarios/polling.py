"""Scenarios of polling: webhooks are not guaranteed, so a client reads lists again (C29)."""

from itertools import pairwise

from conformance.certify.api_clients.definitions import Scenario, wrong
from conformance.certify.api_clients.tasks import SESSIONS
from conformance.certify.api_clients.trace import Trace
from conformance.certify.assessments import RIGHT, Found
from conformance.model import Level

_MIN_PAUSE_S = 0.1


def _judge_polling(trace: Trace) -> Found:
    reads = [call for call in trace.api if call.exchange.request.operation == SESSIONS]
    rounds = [call for call in reads if call.target == reads[0].target]
    if len(rounds) < 2 and len({call.target for call in reads}) == len(reads) and not _has_read_again(trace):
        return wrong("it does not read the list again", f"{len(reads)} reads; observed for {trace.ended:.1f} s")
    gaps = [later.at - earlier.done for earlier, later in pairwise(rounds)]
    if gaps and min(gaps) < _MIN_PAUSE_S:
        return wrong("it reads the list again without a pause", f"{min(gaps):.2f} s between two reads of the same list")
    return Found(RIGHT.verdict, f"{len(rounds)} rounds")


def _has_read_again(trace: Trace) -> bool:
    """Return whether the list was read again after the session began, at another URL."""
    reads = [call for call in trace.api if call.exchange.request.operation == SESSIONS]
    return len(reads) > 1 and reads[-1].at - reads[0].done > 0.5


SCENARIOS = (
    Scenario(
        "no-webhooks",
        "C29",
        "poll_sessions",
        "starts a session and delivers no webhook",
        "the list is read again",
        _judge_polling,
        level=Level.SHOULD,
    ),
)
