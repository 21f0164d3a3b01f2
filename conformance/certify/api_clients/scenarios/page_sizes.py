"""Scenarios of page sizes: between 1 and 100 in every request (C04)."""

import re

from conformance.certify.api_clients.conditions import (
    ConditionRule,
    ScenarioContext,
    ScenarioRequest,
    ScenarioResponse,
    match_operations,
)
from conformance.certify.api_clients.definitions import (
    ClientEvidence,
    PassiveJudge,
    PassiveVerdict,
    Scenario,
    build_violation,
)
from conformance.certify.api_clients.tasks import LIST_SESSIONS, find_next_link
from conformance.certify.api_clients.trace import ClientCall, Trace
from conformance.certify.assessments import PASSED, Assessment
from conformance.tools.counts import parse_count

_PAGE_SIZE = re.compile(r"(?:^|[?&])page_size=([^&]*)")
_MAX_SIZE = 100
_NOTHING_LEFT = (("X-RateLimit-Limit", "1000"), ("X-RateLimit-Remaining", "0"))
_MANY = 60  # sessions: twice as many are more than a page may hold


def _judge_page_sizes(everything: ClientEvidence) -> tuple[PassiveVerdict, ...]:
    return tuple(verdict for trace in everything.traces.values() for verdict in _list_page_size_verdicts(trace))


def _list_page_size_verdicts(trace: Trace) -> tuple[PassiveVerdict, ...]:
    return tuple(
        _judge_page_size(call, size)
        for call in trace.api_calls
        for size in _PAGE_SIZE.findall(call.target.partition("?")[2])
    )


def _judge_sizes(trace: Trace) -> Assessment:
    """Require valid sizes where nothing is left; a client that waits then, or sends no size, is right as well."""
    verdicts = [each.verdict for each in _list_page_size_verdicts(trace)]
    passed = Assessment(PASSED.verdict, f"{len(verdicts)} requests had a page_size")
    return next((verdict for verdict in verdicts if verdict is not PASSED), passed)


async def _begin_with_many_sessions(request: ScenarioRequest, context: ScenarioContext) -> ScenarioResponse | None:
    """Start many sessions before the first round, in which every page says that no request is left."""
    if context.memory.get("is second round", False):
        return None
    if not context.memory.setdefault("has many", False):
        context.memory["has many"] = True
        for _ in range(_MANY):
            await context.start_session()
    response = await context.send_to_mock(request)
    context.memory["is second round"] = not find_next_link(response.get_header("link"))
    return response.with_header(*_NOTHING_LEFT)


def _judge_page_size(call: ClientCall, size: str) -> PassiveVerdict:
    is_valid = 1 <= (parse_count(size) or 0) <= _MAX_SIZE
    verdict = PASSED if is_valid else build_violation("its page_size is not between 1 and 100", f"page_size={size}")
    return PassiveVerdict(verdict, (call.exchange.id,))


SCENARIOS = (
    Scenario(
        "allowance-used-up",
        "C04",
        "poll_sessions",
        f"has {_MANY} sessions and more, says in the first round that no request is left, and answers all the same",
        "the page_size stays between 1 and 100",
        _judge_sizes,
        (ConditionRule(match_operations(LIST_SESSIONS), _begin_with_many_sessions),),
        time_limit_s=10.0,
    ),
)
PASSIVE = (PassiveJudge("C04", "page_size from 1 to 100", "no request had a page_size", _judge_page_sizes),)
