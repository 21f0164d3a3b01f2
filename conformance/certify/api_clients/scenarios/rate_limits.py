"""Scenarios of rate limits: wait as long as the server says, and slow down before (C05, C27)."""

import asyncio
from collections.abc import Sequence
from email.utils import parsedate_to_datetime
from itertools import pairwise
from statistics import median
from typing import Any

from conformance.certify.api_clients.conditions import (
    Action,
    ConditionRule,
    ScenarioContext,
    ScenarioRequest,
    ScenarioResponse,
    add_headers,
    build_problem,
    build_unauthorized,
    match_operations,
    match_part,
    refuse_with_retry_after,
)
from conformance.certify.api_clients.definitions import (
    Scenario,
    build_inconclusive,
    build_noisy,
    build_violation,
)
from conformance.certify.api_clients.tasks import (
    ADD_VEHICLE,
    CHANGE_VEHICLE,
    CREATE_USER,
    LIST_MODELS,
    LIST_SESSIONS,
    LIST_VEHICLES,
    PARALLEL_READS,
    READ_SESSION,
    READ_VEHICLE,
)
from conformance.certify.api_clients.trace import ClientCall, ProcessEnd, ServerPart, Trace
from conformance.certify.api_clients.trace_comparisons import compare_with_control, describe_crash
from conformance.certify.assessments import PASSED, Assessment
from conformance.model import Level, Verdict
from conformance.tools.counts import parse_count

WAIT_S, DATE_S, DAY_S = 7, 3, 86_400
_SHORT_WAIT_S = 3
_OTHERS_AFTER_S = 0.8  # after the refusal: by then a client knows of it
LIMIT = 20
_USED_UP = 4  # responses after the one with the last request of the allowance
_WATCH_S = 8.0  # how long a wait of a day is watched
_TIMER_TOLERANCE_S = 0.05  # difference between the timers of two machines
_MIN_GAP_S = 0.05
_MAX_SPREAD_S = 0.2  # of the gaps at the full allowance, which the client has no reason to vary
_CLEAR_SHARE, _OPEN_SHARE = 0.9, 0.75  # of pairs of a late and an early gap in which the late one is longer


_refuse_shortly = refuse_with_retry_after(_SHORT_WAIT_S)


def _judge_waits(trace: Trace) -> Assessment:
    """Judge the wait after each refusal: the second `Retry-After` in a row counts like the first."""
    verdicts = [_judge_wait(trace, refused) for refused in trace.affected_calls]
    return next((verdict for verdict in verdicts if verdict.verdict is not Verdict.PASS), verdicts[0])


def _judge_wait(trace: Trace, refused: ClientCall) -> Assessment:
    wait = _read_retry_after(refused)
    early = [
        call
        for call in trace.select_calls_after(refused)
        if call.requested_at < refused.responded_at + wait - _TIMER_TOLERANCE_S
    ]
    if early:
        return build_violation(
            f"it sends a request before the {wait:.1f} s are over",
            f"{early[0].method} {early[0].target} after {early[0].requested_at - refused.responded_at:.1f} s",
        )
    if crash := describe_crash(trace):
        is_stopped = trace.process.end is ProcessEnd.TIME_LIMIT  # as a client is that waits for a day
        if not is_stopped:
            return build_violation(f"the client {crash}")
    if trace.process.end is ProcessEnd.ENDED and trace.process.exit_status == 0:
        complete = compare_with_control(trace)
        if complete.verdict is Verdict.FAIL:
            return build_violation("it takes the refusal for the end of the list", complete.message)
    if trace.duration_s < refused.responded_at + wait and not trace.process.is_successful:
        return Assessment(
            PASSED.verdict, f"it gave up: no request in the {trace.duration_s - refused.responded_at:.1f} s to its end"
        )
    return Assessment(PASSED.verdict, f"no request for {wait:.1f} s")


def _judge_shared_wait(trace: Trace) -> Assessment:
    """Judge what follows a refusal among requests at the same time: all requests count towards one allowance.

    Widespread libraries hold back only the thread that was refused, so other requests that are too early are a
    warning. What was on its way when the refusal arrived is not counted: the other responses come late enough to know
    of it.
    """
    refused = next((call for call in trace.affected_calls if call.status == 429), None)
    others = [call for call in trace.affected_calls if call.status in {401, 503}]
    if refused is None or not others:
        return build_inconclusive("its requests came one after the other: none was open when another was refused")
    until = refused.responded_at + _read_retry_after(refused) - _TIMER_TOLERANCE_S
    repeats = [call for call in trace.select_calls_after(refused) if call.target == refused.target]
    if repeats and repeats[0].requested_at < until:
        return build_violation(
            f"it repeats the refused request before the {_read_retry_after(refused):.1f} s are over",
            f"{repeats[0].method} {repeats[0].target} after {repeats[0].requested_at - refused.responded_at:.1f} s",
        )
    known_at = max(refused.responded_at, min(call.responded_at for call in others))
    early = [call for call in trace.api_calls if known_at <= call.requested_at < until]
    if early:
        return Assessment(
            Verdict.WARN,
            "it holds back the refused request alone",
            f"{len(early)} others, first {early[0].method} {early[0].target} "
            f"after {early[0].requested_at - refused.responded_at:.1f} s",
        )
    return Assessment(PASSED.verdict, f"no request for {_read_retry_after(refused):.1f} s")


def _judge_token_wait(trace: Trace) -> Assessment:
    """Judge the wait after a refused token request: nothing is sent, to whatever part of the server."""
    refused = trace.affected_calls[0]
    wait = _read_retry_after(refused)
    later = trace.select_calls_after(refused, ServerPart.TOKEN, ServerPart.API)
    if later and later[0].requested_at < refused.responded_at + wait - _TIMER_TOLERANCE_S:
        return build_violation(
            f"it sends a request before the {wait:.1f} s are over",
            f"{later[0].method} {later[0].target} after {later[0].requested_at - refused.responded_at:.1f} s",
        )
    return Assessment(PASSED.verdict, f"no request for {wait:.1f} s" if later else "it gave up")


async def _refuse_one_of_many(request: ScenarioRequest, context: ScenarioContext) -> ScenarioResponse | None:
    """Refuse the first read with 429 and the others once, a little later, so that they have to be repeated."""
    targets: list[str] = context.memory.setdefault("targets", [])
    if request.target in targets:
        return None
    number = len(targets)
    targets.append(request.target)
    if number == 0:
        return await _refuse_shortly(request, context)
    await asyncio.sleep(_OTHERS_AFTER_S * context.scale)
    return build_unauthorized() if number == 1 else build_problem(503)


def _read_retry_after(refused: ClientCall) -> float:
    text = refused.response_header("retry-after")
    seconds = parse_count(text)
    if seconds is not None:
        return seconds
    responded_at = refused.exchange.sent_at + (refused.responded_at - refused.requested_at)
    return parsedate_to_datetime(text).timestamp() - responded_at


def _judge_past_date(trace: Trace) -> Assessment:
    """Judge a wait that is over: the client goes on, or gives up and says so."""
    if trace.process.end is ProcessEnd.ENDED and trace.process.exit_status and not describe_crash(trace):
        return Assessment(PASSED.verdict, "it gave up")
    return compare_with_control(trace)


def _judge_slowing(trace: Trace) -> Assessment:
    calls = trace.affected_calls
    gaps = [later.requested_at - earlier.responded_at for earlier, later in pairwise(calls)]
    if len(calls) < LIMIT // 2:
        return build_inconclusive(f"only {len(calls)} requests while the allowance fell, at least {LIMIT // 2} needed")
    if len(calls) < LIMIT:
        return Assessment(PASSED.verdict, f"it stops with an allowance of {LIMIT - len(calls)} of {LIMIT} requests")
    return _judge_pace(gaps)


def _judge_pace(gaps: Sequence[float]) -> Assessment:
    """Judge the gaps while the allowance falls, and after it: the last quarter of it against the first half."""
    first, last = gaps[: LIMIT // 2], gaps[LIMIT - 1 - LIMIT // 4 : LIMIT - 1]
    early, late = median(first), median(last)
    pace = f"{early * 1000:.0f} ms between requests at first, {late * 1000:.0f} ms at the end"
    longer = _count_share(last, first)
    if late - early > _MIN_GAP_S and (late > 2 * early or longer > _CLEAR_SHARE):
        without = median(gaps[LIMIT - 1 :]) if len(gaps) >= LIMIT + _USED_UP // 2 else late
        if without < late / 2 and late - without > _MIN_GAP_S:
            return build_violation("it goes faster where nothing is left", f"{pace}, {without * 1000:.0f} ms after it")
        return Assessment(PASSED.verdict, pace)
    if _count_share(gaps[: LIMIT // 4], last, _MIN_GAP_S) > _CLEAR_SHARE:
        return build_violation("it goes faster as the allowance falls", pace)
    if max(first) - min(first) > _MAX_SPREAD_S or (longer > _OPEN_SHARE and late - early > _MIN_GAP_S):
        return build_noisy(f"its pace is uneven ({pace}), as on a busy machine")
    return build_violation("it does not slow down", pace)


def _count_share(gaps: Sequence[float], others: Sequence[float], by: float = 0.0) -> float:
    """Return the share of pairs in which a gap is longer than another one by some seconds."""
    return sum(gap > other + by for gap in gaps for other in others) / (len(gaps) * len(others))


def _count_down(number: int) -> dict[str, str]:
    return {"X-RateLimit-Limit": str(LIMIT), "X-RateLimit-Remaining": str(max(0, LIMIT - 1 - number))}


def _build_wait(name: str, condition: str, action: Action, **options: Any) -> Scenario:
    return Scenario(
        name,
        "C05",
        "list_vehicles",
        f"responds to the second page with 429 and {condition}",
        options.pop("correct", "no request before that date"),
        options.pop("judge", _judge_waits),
        (ConditionRule(match_operations(LIST_VEHICLES), action, skip=1, times=1), *options.pop("further", ())),
        **options,
    )


SCENARIOS = (
    _build_wait(
        "retry-after-seconds",
        f"Retry-After: {WAIT_S}, and to its repeat with 429 and Retry-After: {_SHORT_WAIT_S}",
        refuse_with_retry_after(WAIT_S),
        further=(ConditionRule(match_operations(LIST_VEHICLES), _refuse_shortly, skip=1, times=1),),
        correct=f"no request for {WAIT_S} s, and for {_SHORT_WAIT_S} s after the second refusal",
        time_limit_s=WAIT_S + _SHORT_WAIT_S + 30,
    ),
    _build_wait(
        "retry-after-date",
        "a date in Retry-After",
        refuse_with_retry_after(DATE_S, as_date=True),
        level=Level.SHOULD,
        time_limit_s=DATE_S + 30,
    ),
    _build_wait(
        "retry-after-date-abroad",
        "a date in Retry-After, on a machine whose clock shows the time of Tokyo",
        refuse_with_retry_after(DATE_S, as_date=True),
        level=Level.SHOULD,
        time_limit_s=DATE_S + 30,
        environment=(("TZ", "Asia/Tokyo"),),
    ),
    _build_wait(
        "retry-after-a-day",
        "a date in Retry-After that is a day away",
        refuse_with_retry_after(DAY_S, as_date=True),
        level=Level.SHOULD,
        time_limit_s=_WATCH_S,
    ),
    _build_wait(
        "retry-after-past-date",
        "a date in Retry-After that is over",
        refuse_with_retry_after(-DAY_S, as_date=True),
        correct="the task is completed, or the client gives up",
        judge=_judge_past_date,
        level=Level.SHOULD,
    ),
    Scenario(
        "retry-after-at-once",
        "C05",
        "read_at_once",
        f"responds to one of {PARALLEL_READS} requests with 429 and Retry-After: {_SHORT_WAIT_S}, to the others later",
        f"no request of any kind for {_SHORT_WAIT_S} s",
        _judge_shared_wait,
        (ConditionRule(match_operations(READ_VEHICLE), _refuse_one_of_many),),
    ),
    Scenario(
        "retry-after-token-request",
        "C05",
        "list_vehicles",
        f"responds to the token request with 429 and Retry-After: {_SHORT_WAIT_S}",
        f"no request for {_SHORT_WAIT_S} s",
        _judge_token_wait,
        (ConditionRule(match_part(ServerPart.TOKEN), _refuse_shortly, times=1),),
        level=Level.SHOULD,  # the documentation speaks of the limit of the API alone
    ),
    *(
        Scenario(
            f"retry-after-{name}",
            "C05",
            task,
            f"responds to {' and '.join(operations)} with 429 and Retry-After: {_SHORT_WAIT_S}",
            f"no request for {_SHORT_WAIT_S} s",
            _judge_waits,
            tuple(
                ConditionRule(match_operations(operation), _refuse_shortly, skip=skip, times=1)
                for operation in operations
            ),
            time_limit_s=_SHORT_WAIT_S * len(operations) + 30,
        )
        for name, task, skip, operations in (
            ("post", "create_user", 0, (CREATE_USER,)),
            ("add", "add_vehicle", 0, (LIST_MODELS, ADD_VEHICLE)),
            ("change", "change_vehicle", 0, (CHANGE_VEHICLE,)),
            ("session", "read_session", 0, (LIST_SESSIONS, READ_SESSION)),
            ("poll", "poll_sessions", 1, (LIST_SESSIONS,)),  # in the second round
        )
    ),
    Scenario(
        "allowance-falls",
        "C27",
        "read_vehicles",
        f"counts X-RateLimit-Remaining down from {LIMIT} to 0, where it stays for some requests",
        "a slower pace as it falls",
        _judge_slowing,
        (ConditionRule(match_operations(READ_VEHICLE), add_headers(_count_down), times=LIMIT + _USED_UP),),
        level=Level.SHOULD,
        time_limit_s=60,
    ),
)
