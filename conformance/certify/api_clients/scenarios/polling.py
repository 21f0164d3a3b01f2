"""Webhooks are not guaranteed: a client looks for itself (C29)."""

from itertools import pairwise

from conformance.certify.api_clients.scenario import Scenario, wrong
from conformance.certify.api_clients.tasks import SESSIONS
from conformance.certify.api_clients.trace import Trace
from conformance.certify.found import RIGHT, Found
from conformance.model import Level

_HAMMER_S = 0.1


def _polls(trace: Trace) -> Found:
    reads = [each for each in trace.api if each.exchange.request.operation == SESSIONS]
    rounds = [each for each in reads if each.target == reads[0].target]
    if len(rounds) < 2 and len({each.target for each in reads}) == len(reads) and not _saw_new(trace):
        return wrong("it does not look again", f"{len(reads)} reads; watched for {trace.ended:.1f} s")
    gaps = [later.at - earlier.done for earlier, later in pairwise(rounds)]
    if gaps and min(gaps) < _HAMMER_S:
        return wrong("it looks again without a pause", f"{min(gaps):.2f} s between two reads of the same list")
    return Found(RIGHT.verdict, f"{len(rounds)} rounds")


def _saw_new(trace: Trace) -> bool:
    """Whether a list was read after the session had begun, by an address of its own."""
    reads = [each for each in trace.api if each.exchange.request.operation == SESSIONS]
    return len(reads) > 1 and reads[-1].at - reads[0].done > 0.5


SCENARIOS = (
    Scenario(
        "no-webhooks",
        "C29",
        "poll_sessions",
        "lets a session begin and delivers no webhook",
        "the list is read again",
        _polls,
        level=Level.SHOULD,
    ),
)
