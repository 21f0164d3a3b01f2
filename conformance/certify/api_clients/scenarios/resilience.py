"""Scenarios of temporary failures: back off, repeat reads, never wait for ever (C06, C08, C28)."""

import asyncio
from itertools import pairwise

import msgspec

from conformance.certify.api_clients.conditions import (
    Action,
    ConditionRule,
    ScenarioContext,
    ScenarioRequest,
    ScenarioResponse,
    build_problem,
    delay_response,
    match_operations,
    match_part,
    reset_connection,
    respond_in_turn,
)
from conformance.certify.api_clients.definitions import (
    Scenario,
    build_noisy,
    build_not_observable,
    build_violation,
)
from conformance.certify.api_clients.tasks import (
    ADD_VEHICLE,
    CHANGE_VEHICLE,
    LIST_SESSIONS,
    LIST_VEHICLES,
    READ_SESSION,
)
from conformance.certify.api_clients.trace import ProcessEnd, ServerPart, Trace
from conformance.certify.api_clients.trace_comparisons import compare_with_control, list_repeats
from conformance.certify.assessments import PASSED, Assessment
from conformance.model import Level, Verdict

STALL_S = 60
_MIN_GAP_S = 0.05
_MAX_GAP_S = 300.0
_MIN_GROWTH = 1.4  # later half of the gaps against the earlier; gaps that grow by equal steps give 2.3
_STRETCH_FACTOR = 1.2  # of the gap that follows
_MIN_STEP_S = 0.01
_EVENNESS = 1.15  # the largest step against the smallest
_MAX_PARALLEL = 5


def _judge_back_off(trace: Trace) -> Assessment:
    tries = [trace.affected_calls[0], *list_repeats(trace, trace.affected_calls[0])]
    gaps = [later.requested_at - earlier.responded_at for earlier, later in pairwise(tries)][
        : len(trace.affected_calls)
    ]
    listed = ", ".join(f"{gap:.2f} s" for gap in gaps)
    if trace.process.end is ProcessEnd.ENDED and trace.process.exit_status == 0:
        complete = compare_with_control(trace)
        if complete.verdict is Verdict.FAIL:
            return build_violation("it takes the failure for an answer", complete.message)
    if not gaps:
        return build_not_observable("it gave up at the first refusal, so there are no gaps to judge")
    pauses = gaps[1:] if len(gaps) > 1 and gaps[0] < _MIN_GAP_S else gaps  # one immediate retry is allowed
    if min(pauses) < _MIN_GAP_S:
        return build_violation("it tries again at once", listed)
    if max(gaps) > _MAX_GAP_S:
        return build_violation(f"a gap is longer than {_MAX_GAP_S:.0f} s", listed)
    if len(gaps) < 2:
        return build_not_observable(f"it tried again once, after {listed}; one gap cannot grow")
    verdict = _judge_growth(pauses if len(pauses) > 1 else gaps, listed)
    return verdict if verdict.verdict is Verdict.PASS else _limit_to_noise(trace, verdict, gaps, listed)


def _judge_token_back_off(trace: Trace) -> Assessment:
    """Judge the gaps between token requests; a client may give up, since a person may have to sign in again."""
    tries = trace.select_calls(ServerPart.TOKEN)
    gaps = [later.requested_at - earlier.responded_at for earlier, later in pairwise(tries)][
        : len(trace.affected_calls)
    ]
    if len(gaps) < 2:
        return Assessment(PASSED.verdict, f"it gave up after {len(tries)} token requests")
    listed = ", ".join(f"{gap:.2f} s" for gap in gaps)
    pauses = gaps[1:] if gaps[0] < _MIN_GAP_S else gaps
    if min(pauses) < _MIN_GAP_S:
        return build_violation("it requests a token again at once", listed)
    verdict = _judge_growth(pauses if len(pauses) > 1 else gaps, listed)
    return verdict if verdict.verdict is Verdict.PASS else _limit_to_noise(trace, verdict, gaps, listed)


def _limit_to_noise(trace: Trace, verdict: Assessment, gaps: list[float], listed: str) -> Assessment:
    """Return the verdict, or an open one where the client pauses as long between requests that do not fail.

    The control run shows how long that is on this machine. A steadily shrinking order is never noise.
    """
    idle_s = max(trace.control.idle_gaps_s, default=0.0) if trace.control else 0.0
    if idle_s > min(gaps[1:]) / 2 and not _is_shrinking_steadily(gaps):
        return build_noisy(f"its gaps ({listed}) are like those without any failure, up to {idle_s:.2f} s")
    return verdict


def _judge_growth(gaps: list[float], listed: str) -> Assessment:
    """Return the verdict on growing gaps; one gap stretched by a stall of either machine is no violation."""
    if _is_growing(gaps):
        return Assessment(PASSED.verdict, listed)
    without_one = [[*gaps[:number], *gaps[number + 1 :]] for number in _find_shrinking_gaps(gaps)]
    if _is_shrinking_steadily(gaps):
        return build_violation("its gaps shrink", listed)
    if any(map(_is_growing, without_one)):
        return Assessment(PASSED.verdict, f"{listed}; one gap is stretched")
    if any(
        len(sequence) > 1 and not _find_shrinking_gaps(sequence, _STRETCH_FACTOR) for sequence in (gaps, *without_one)
    ):
        return build_violation("its gaps do not grow", listed)
    return build_noisy(f"its gaps are uneven ({listed}), as growing gaps are on a busy machine")


def _is_growing(gaps: list[float]) -> bool:
    half = len(gaps) // 2
    return half > 0 and sum(gaps[-half:]) > _MIN_GROWTH * sum(gaps[:half])


def _is_shrinking_steadily(gaps: list[float]) -> bool:
    """Return whether every gap is shorter than the one before, four of them, or three by equal steps or factors.

    Neither a stalled machine nor a random back-off gives such an order.
    """
    if len(gaps) < 3 or not all(gap > following + _MIN_STEP_S for gap, following in pairwise(gaps)):
        return False
    steps = [gap - following for gap, following in pairwise(gaps)]
    factors = [gap / following for gap, following in pairwise(gaps)]
    return len(gaps) > 3 or any(max(values) < _EVENNESS * min(values) for values in (steps, factors))


def _find_shrinking_gaps(gaps: list[float], times: float = 1.0) -> list[int]:
    """Return the indexes of gaps longer than the next one, which a stalled machine causes, but no back-off."""
    return [number for number, (gap, following) in enumerate(pairwise(gaps)) if gap > times * following]


def _judge_repeated_read(trace: Trace) -> Assessment:
    if all(list_repeats(trace, lost) for lost in trace.affected_calls):
        return compare_with_control(trace)
    return build_violation(
        "it does not repeat a read whose connection broke", f"the client {trace.process.description}"
    )


def _cut_body(*, is_chunked: bool) -> Action:
    """Return an action that closes the connection after half of a page, where Content-Length or chunks promise more."""

    async def act(request: ScenarioRequest, context: ScenarioContext) -> ScenarioResponse:
        response = await context.send_to_mock(request)
        return msgspec.structs.replace(response, is_cut=True, is_affected=True, pieces=int(is_chunked))

    return act


async def _stall_body(request: ScenarioRequest, context: ScenarioContext) -> ScenarioResponse:
    """Send the headers and half of the body, and the rest when the time is over."""
    response, pause_s = await context.send_to_mock(request), STALL_S * context.scale
    return msgspec.structs.replace(response, pieces=2, pause_s=pause_s, is_affected=True, is_delayed=True)


async def _stall_together(request: ScenarioRequest, context: ScenarioContext) -> ScenarioResponse | None:
    """Send nothing until the time is over or the client leaves the first request; others wait as long as that one."""
    over: asyncio.Event | None = context.memory.get("stall is over")
    if over is None:
        over = context.memory["stall is over"] = asyncio.Event()
        try:
            await context.wait_for_disconnect(STALL_S * context.scale)
        finally:
            over.set()
    elif over.is_set():
        return None
    else:
        await over.wait()
    return msgspec.structs.replace(await context.send_to_mock(request), is_affected=True, is_delayed=True)


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


def _judge_timeouts(trace: Trace) -> Assessment:
    """Require that each stalled request times out, the repeat of one as well."""
    kept = next((call for call in trace.affected_calls[1:] if not call.is_abandoned), None)
    if kept is not None:
        waited = f"still waiting after {kept.responded_at - kept.requested_at:.0f} s"
        return build_violation("it waits for the second response without a timeout", waited)
    return _judge_timeout(trace)


SCENARIOS = (
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
        "item-unavailable",
        "C06",
        "read_session",
        "responds to the read of the session with 503, 502, 504 and 503",
        "growing gaps between retries",
        _judge_back_off,
        (
            ConditionRule(
                match_operations(READ_SESSION), respond_in_turn(*map(build_problem, (503, 502, 504, 503))), times=4
            ),
        ),
        level=Level.SHOULD,
        time_limit_s=60,
    ),
    Scenario(
        "token-unavailable",
        "C06",
        "list_vehicles",
        "responds to the token request with 503, 502, 504 and 503",
        "growing gaps between retries",
        _judge_token_back_off,
        (
            ConditionRule(
                match_part(ServerPart.TOKEN), respond_in_turn(*map(build_problem, (503, 502, 504, 503))), times=4
            ),
        ),
        level=Level.SHOULD,
        time_limit_s=60,
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
        "item-reset",
        "C08",
        "read_session",
        "resets the connection at the list of sessions and at the read of the session, once each",
        "each is requested again, and the task is completed",
        _judge_repeated_read,
        tuple(
            ConditionRule(match_operations(operation), reset_connection(is_committed=False), times=1)
            for operation in (LIST_SESSIONS, READ_SESSION)
        ),
        level=Level.SHOULD,
    ),
    Scenario(
        "poll-reset",
        "C08",
        "poll_sessions",
        "resets the connection in the second round, once",
        "the list is requested again, and the task is completed",
        _judge_repeated_read,
        (ConditionRule(match_operations(LIST_SESSIONS), reset_connection(is_committed=False), skip=1, times=1),),
        level=Level.SHOULD,
        time_limit_s=15.0,
    ),
    *(
        Scenario(
            f"read-cut-{name}",
            "C08",
            "list_vehicles",
            f"closes the connection after half of three pages, each sent {how}, once",
            "each page is requested again, and the task is completed",
            _judge_repeated_read,
            tuple(
                ConditionRule(match_operations(LIST_VEHICLES), _cut_body(is_chunked=is_chunked), skip=skip, times=1)
                for skip in (1, 2, 3)  # a rule counts the requests that those before it leave alone
            ),
            level=Level.SHOULD,
        )
        for name, how, is_chunked in (("length", "with Content-Length", False), ("chunks", "chunked", True))
    ),
    Scenario(
        "stalled-body",
        "C28",
        "list_vehicles",
        f"sends half of the second page, and the rest after {STALL_S} s, twice",
        "the request times out, and no others pile up",
        _judge_timeouts,
        (ConditionRule(match_operations(LIST_VEHICLES), _stall_body, skip=1, times=2),),
        level=Level.SHOULD,
        time_limit_s=STALL_S + 30,
    ),
    Scenario(
        "silent-token-endpoint",
        "C28",
        "list_vehicles",
        f"sends no response to the token request for {STALL_S} s, once",
        "the request times out",
        _judge_timeout,
        (ConditionRule(match_part(ServerPart.TOKEN), delay_response(STALL_S), times=1),),
        level=Level.SHOULD,
        time_limit_s=STALL_S + 30,
    ),
    *(
        Scenario(
            f"silent-{name}",
            "C28",
            task,
            f"sends no response to {operation} for {STALL_S} s, once",
            "the request times out",
            _judge_timeout,
            (ConditionRule(match_operations(operation), delay_response(STALL_S), times=1),),
            level=Level.SHOULD,
            time_limit_s=STALL_S + 30,
        )
        for name, task, operation in (
            ("write", "change_vehicle", CHANGE_VEHICLE),
            ("creation", "add_vehicle", ADD_VEHICLE),
            ("item", "read_session", READ_SESSION),
        )
    ),
    Scenario(
        "silence",
        "C28",
        "poll_sessions",
        f"sends no response to the second round for {STALL_S} s, or until the client disconnects",
        "the request times out, and no others pile up",
        _judge_timeout,
        (ConditionRule(match_operations(LIST_SESSIONS), _stall_together, skip=1),),
        level=Level.SHOULD,
        time_limit_s=STALL_S + 30,
    ),
)
