"""Scenarios of polling: webhooks are not guaranteed, so a client reads lists again (C29)."""

from itertools import pairwise

from conformance.certify.api_clients.definitions import Scenario, build_violation
from conformance.certify.api_clients.tasks import LIST_SESSIONS
from conformance.certify.api_clients.trace import Trace
from conformance.certify.assessments import PASSED, Assessment
from conformance.model import Level

_MIN_PAUSE_S = 0.1


def _judge_polling(trace: Trace) -> Assessment:
    reads = [call for call in trace.api_calls if call.exchange.request.operation == LIST_SESSIONS]
    rounds = [call for call in reads if call.target == reads[0].target]
    if len(rounds) < 2 and len({call.target for call in reads}) == len(reads) and not _has_read_again(trace):
        return build_violation(
            "it does not read the list again", f"{len(reads)} reads; observed for {trace.duration_s:.1f} s"
        )
    gaps = [later.requested_at - earlier.responded_at for earlier, later in pairwise(rounds)]
    if gaps and min(gaps) < _MIN_PAUSE_S:
        return build_violation(
            "it reads the list again without a pause", f"{min(gaps):.2f} s between two reads of the same list"
        )
    return Assessment(PASSED.verdict, f"{len(rounds)} rounds")


def _has_read_again(trace: Trace) -> bool:
    """Return whether the list was read again after the session began, at another URL."""
    reads = [call for call in trace.api_calls if call.exchange.request.operation == LIST_SESSIONS]
    return len(reads) > 1 and reads[-1].requested_at - reads[0].responded_at > 0.5


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
