"""Scenarios of temporary failures: wait, back off, repeat only what may be repeated (C05 to C08, C27, C28)."""

from email.utils import parsedate_to_datetime
from itertools import pairwise
from statistics import median

from conformance.certify.api_clients.conditions import (
    ConditionRule,
    add_headers,
    build_problem,
    delay_response,
    match_operations,
    refuse_with_retry_after,
    reset_connection,
    respond_in_turn,
)
from conformance.certify.api_clients.definitions import (
    Scenario,
    build_inconclusive,
    build_not_observable,
    build_violation,
)
from conformance.certify.api_clients.tasks import CREATE_USER, LIST_VEHICLES, READ_VEHICLE
from conformance.certify.api_clients.trace import ClientCall, Trace
from conformance.certify.api_clients.trace_comparisons import compare_with_control, list_repeats
from conformance.certify.assessments import PASSED, Assessment
from conformance.model import Level

WAIT_S, DATE_S, STALL_S = 7, 3, 60
LIMIT = 20
_TIMER_TOLERANCE_S = 0.05  # difference between the timers of two machines
_MIN_GAP_S = 0.05
_MAX_GAP_S = 300.0
_MIN_GROWTH = 1.4  # later half of the gaps against the earlier; gaps that grow by equal steps give 2.3
_STRETCH_FACTOR = 1.2  # of the gap that follows
_MAX_PARALLEL = 5


def _judge_wait(trace: Trace) -> Assessment:
    refused = trace.affected_calls[0]
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
    if trace.duration_s < refused.responded_at + wait and not trace.process.is_successful:
        return Assessment(
            PASSED.verdict, f"it gave up: no request in the {trace.duration_s - refused.responded_at:.1f} s to its end"
        )
    return Assessment(PASSED.verdict, f"no request for {wait:.1f} s")


def _read_retry_after(refused: ClientCall) -> float:
    text = refused.response_header("retry-after")
    if text.isdigit():
        return float(text)
    responded_at = refused.exchange.sent_at + (refused.responded_at - refused.requested_at)
    return parsedate_to_datetime(text).timestamp() - responded_at


def _judge_back_off(trace: Trace) -> Assessment:
    tries = [trace.affected_calls[0], *list_repeats(trace, trace.affected_calls[0])]
    gaps = [later.requested_at - earlier.responded_at for earlier, later in pairwise(tries)][
        : len(trace.affected_calls)
    ]
    listed = ", ".join(f"{gap:.2f} s" for gap in gaps)
    if not gaps:
        return build_not_observable("it gave up at the first refusal, so there are no gaps to judge")
    pauses = gaps[1:] if len(gaps) > 1 and gaps[0] < _MIN_GAP_S else gaps  # one immediate retry is allowed
    if min(pauses) < _MIN_GAP_S:
        return build_violation("it tries again at once", listed)
    if max(gaps) > _MAX_GAP_S:
        return build_violation(f"a gap is longer than {_MAX_GAP_S:.0f} s", listed)
    if len(gaps) < 2:
        return build_not_observable(f"it tried again once, after {listed}; one gap cannot grow")
    return _judge_growth(pauses if len(pauses) > 1 else gaps, listed)


def _judge_growth(gaps: list[float], listed: str) -> Assessment:
    """Return the verdict on growing gaps; one gap stretched by a stall of either machine is no violation."""
    if _is_growing(gaps):
        return Assessment(PASSED.verdict, listed)
    without_one = [[*gaps[:number], *gaps[number + 1 :]] for number in _find_shrinking_gaps(gaps)]
    if any(map(_is_growing, without_one)):
        return Assessment(PASSED.verdict, f"{listed}; one gap is stretched")
    if any(
        len(sequence) > 1 and not _find_shrinking_gaps(sequence, _STRETCH_FACTOR) for sequence in (gaps, *without_one)
    ):
        return build_violation("its gaps do not grow", listed)
    return build_inconclusive(f"its gaps are uneven ({listed}), as growing gaps are on a busy machine")


def _is_growing(gaps: list[float]) -> bool:
    half = len(gaps) // 2
    return half > 0 and sum(gaps[-half:]) > _MIN_GROWTH * sum(gaps[:half])


def _find_shrinking_gaps(gaps: list[float], times: float = 1.0) -> list[int]:
    """Return the indexes of gaps longer than the next one, which a stalled machine causes, but no back-off."""
    return [number for number, (gap, following) in enumerate(pairwise(gaps)) if gap > times * following]


def _judge_single_post(trace: Trace) -> Assessment:
    lost = trace.affected_calls[0]
    later = trace.select_calls_after(lost)
    for call in later:
        if call.method == "GET":
            return Assessment(PASSED.verdict, "it sends a GET before the next POST")
        if call.method == "POST" and call.path == lost.path:
            return build_violation(
                "it sends the POST again without a GET to check the first one",
                f"after {call.requested_at - lost.responded_at:.1f} s",
            )
    return Assessment(PASSED.verdict, f"one POST; observed for {trace.duration_s - lost.responded_at:.1f} s")


def _judge_repeated_read(trace: Trace) -> Assessment:
    lost = trace.affected_calls[0]
    return (
        compare_with_control(trace)
        if list_repeats(trace, lost)
        else build_violation("it does not repeat a read whose connection was reset")
    )


def _judge_slowing(trace: Trace) -> Assessment:
    calls = trace.affected_calls
    gaps = [later.requested_at - earlier.responded_at for earlier, later in pairwise(calls)]
    if len(calls) < LIMIT // 2:
        return build_inconclusive(f"only {len(calls)} requests while the allowance fell, at least {LIMIT // 2} needed")
    if len(calls) < LIMIT:
        return Assessment(PASSED.verdict, f"it stops with an allowance of {LIMIT - len(calls)} of {LIMIT} requests")
    early, late = median(gaps[: LIMIT // 2]), median(gaps[-LIMIT // 4 :])
    pace = f"{early * 1000:.0f} ms between requests at first, {late * 1000:.0f} ms at the end"
    is_slower = late > 2 * early and late - early > _MIN_GAP_S
    return Assessment(PASSED.verdict, pace) if is_slower else build_violation("it does not slow down", pace)


def _judge_timeout(trace: Trace) -> Assessment:
    stalled = trace.affected_calls[0] if trace.affected_calls else trace.api_calls[-1]
    parallel = sum(
        call.requested_at < stalled.responded_at and call.responded_at > stalled.requested_at
        for call in trace.api_calls
    )
    if parallel > _MAX_PARALLEL:
        return build_violation(
            f"more than {_MAX_PARALLEL} requests are open while the server sends nothing", f"{parallel} open at once"
        )
    waited = stalled.responded_at - stalled.requested_at
    if not stalled.is_abandoned:
        return build_violation("it waits for a response without a timeout", f"still waiting after {waited:.0f} s")
    return Assessment(PASSED.verdict, f"it gave up after {waited:.1f} s")


def _count_down(number: int) -> dict[str, str]:
    return {"X-RateLimit-Limit": str(LIMIT), "X-RateLimit-Remaining": str(LIMIT - 1 - number)}


SCENARIOS = (
    Scenario(
        "retry-after-seconds",
        "C05",
        "list_vehicles",
        f"responds to the second page with 429 and Retry-After: {WAIT_S}",
        f"no request for {WAIT_S} s",
        _judge_wait,
        (ConditionRule(match_operations(LIST_VEHICLES), refuse_with_retry_after(WAIT_S), skip=1, times=1),),
        time_limit_s=WAIT_S + 30,
    ),
    Scenario(
        "retry-after-date",
        "C05",
        "list_vehicles",
        "responds to the second page with 429 and a date in Retry-After",
        "no request before that date",
        _judge_wait,
        (
            ConditionRule(
                match_operations(LIST_VEHICLES), refuse_with_retry_after(DATE_S, as_date=True), skip=1, times=1
            ),
        ),
        level=Level.SHOULD,
        time_limit_s=DATE_S + 30,
    ),
    Scenario(
        "unavailable",
        "C06",
        "list_vehicles",
        "responds to the second page with 503, 502, 504 and 503",
        "growing gaps between retries",
        _judge_back_off,
        (
            ConditionRule(
                match_operations(LIST_VEHICLES),
                respond_in_turn(*map(build_problem, (503, 502, 504, 503))),
                skip=1,
                times=4,
            ),
        ),
        level=Level.SHOULD,
        time_limit_s=60,
    ),
    Scenario(
        "post-reset",
        "C07",
        "create_user",
        "resets the connection after it has created the user",
        "one POST, or a GET before the next",
        _judge_single_post,
        (ConditionRule(match_operations(CREATE_USER), reset_connection(is_committed=True)),),
    ),
    Scenario(
        "read-reset",
        "C08",
        "list_vehicles",
        "resets the connection at the second page, once",
        "the page is requested again, and the task is completed",
        _judge_repeated_read,
        (ConditionRule(match_operations(LIST_VEHICLES), reset_connection(is_committed=False), skip=1, times=1),),
        level=Level.SHOULD,
    ),
    Scenario(
        "allowance-falls",
        "C27",
        "read_vehicles",
        f"counts X-RateLimit-Remaining down from {LIMIT} to 0",
        "a slower pace as it falls",
        _judge_slowing,
        (ConditionRule(match_operations(READ_VEHICLE), add_headers(_count_down), times=LIMIT),),
        level=Level.SHOULD,
        time_limit_s=60,
    ),
    Scenario(
        "silence",
        "C28",
        "list_vehicles",
        f"sends no response to the second page for {STALL_S} s",
        "the request times out, and no others pile up",
        _judge_timeout,
        (ConditionRule(match_operations(LIST_VEHICLES), delay_response(STALL_S), skip=1, times=1),),
        level=Level.SHOULD,
        time_limit_s=STALL_S + 30,
    ),
)
