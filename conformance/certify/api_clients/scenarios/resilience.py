"""Scenarios of temporary failures: wait, back off, repeat only what may be repeated (C05 to C08, C27, C28)."""

from email.utils import parsedate_to_datetime
from itertools import pairwise
from statistics import median

from conformance.certify.api_clients.conditions import Rule, after_a_while, cut, headed, in_turn, on, problem, stall
from conformance.certify.api_clients.definitions import Scenario, open_question, unseen, wrong
from conformance.certify.api_clients.tasks import CREATE_USER, VEHICLE, VEHICLES
from conformance.certify.api_clients.trace import Call, Trace
from conformance.certify.api_clients.trace_comparisons import again, went_on
from conformance.certify.assessments import RIGHT, Found
from conformance.model import Level

WAIT_S, DATE_S, STALL_S = 7, 3, 60
LIMIT = 20
_TIMER_TOLERANCE_S = 0.05  # difference between the timers of two machines
_MIN_GAP_S = 0.05
_MAX_GAP_S = 300.0
_MIN_GROWTH = 1.4  # later half of the gaps against the earlier; gaps that grow by equal steps give 2.3
_STRETCH_FACTOR = 1.2  # of the gap that follows
_MAX_PARALLEL = 5


def _judge_wait(trace: Trace) -> Found:
    refused = trace.touched[0]
    wait = _read_retry_after(refused)
    early = [call for call in trace.after(refused) if call.at < refused.done + wait - _TIMER_TOLERANCE_S]
    if early:
        return wrong(
            f"it sends a request before the {wait:.1f} s are over",
            f"{early[0].method} {early[0].target} after {early[0].at - refused.done:.1f} s",
        )
    if trace.ended < refused.done + wait and not trace.ran.well:
        return Found(RIGHT.verdict, f"it gave up: no request in the {trace.ended - refused.done:.1f} s to its end")
    return Found(RIGHT.verdict, f"no request for {wait:.1f} s")


def _read_retry_after(refused: Call) -> float:
    text = refused.answered("retry-after")
    if text.isdigit():
        return float(text)
    responded_at = refused.exchange.sent_at + (refused.done - refused.at)
    return parsedate_to_datetime(text).timestamp() - responded_at


def _judge_back_off(trace: Trace) -> Found:
    tries = [trace.touched[0], *again(trace, trace.touched[0])]
    gaps = [later.at - earlier.done for earlier, later in pairwise(tries)][: len(trace.touched)]
    listed = ", ".join(f"{gap:.2f} s" for gap in gaps)
    if not gaps:
        return unseen("it gave up at the first refusal, so there are no gaps to judge")
    pauses = gaps[1:] if len(gaps) > 1 and gaps[0] < _MIN_GAP_S else gaps  # one immediate retry is allowed
    if min(pauses) < _MIN_GAP_S:
        return wrong("it tries again at once", listed)
    if max(gaps) > _MAX_GAP_S:
        return wrong(f"a gap is longer than {_MAX_GAP_S:.0f} s", listed)
    if len(gaps) < 2:
        return unseen(f"it tried again once, after {listed}; one gap cannot grow")
    return _judge_growth(pauses if len(pauses) > 1 else gaps, listed)


def _judge_growth(gaps: list[float], listed: str) -> Found:
    """Return the verdict on growing gaps; one gap stretched by a stall of either machine is no violation."""
    if _is_growing(gaps):
        return Found(RIGHT.verdict, listed)
    without_one = [[*gaps[:number], *gaps[number + 1 :]] for number in _find_shrinking_gaps(gaps)]
    if any(map(_is_growing, without_one)):
        return Found(RIGHT.verdict, f"{listed}; one gap is stretched")
    if any(
        len(sequence) > 1 and not _find_shrinking_gaps(sequence, _STRETCH_FACTOR) for sequence in (gaps, *without_one)
    ):
        return wrong("its gaps do not grow", listed)
    return open_question(f"its gaps are uneven ({listed}), as growing gaps are on a busy machine")


def _is_growing(gaps: list[float]) -> bool:
    half = len(gaps) // 2
    return half > 0 and sum(gaps[-half:]) > _MIN_GROWTH * sum(gaps[:half])


def _find_shrinking_gaps(gaps: list[float], times: float = 1.0) -> list[int]:
    """Return the indexes of gaps longer than the next one, which a stalled machine causes, but no back-off."""
    return [number for number, (gap, following) in enumerate(pairwise(gaps)) if gap > times * following]


def _judge_single_post(trace: Trace) -> Found:
    lost = trace.touched[0]
    later = trace.after(lost)
    for call in later:
        if call.method == "GET":
            return Found(RIGHT.verdict, "it sends a GET before the next POST")
        if call.method == "POST" and call.path == lost.path:
            return wrong(
                "it sends the POST again without a GET to check the first one", f"after {call.at - lost.done:.1f} s"
            )
    return Found(RIGHT.verdict, f"one POST; observed for {trace.ended - lost.done:.1f} s")


def _judge_repeated_read(trace: Trace) -> Found:
    lost = trace.touched[0]
    return went_on(trace) if again(trace, lost) else wrong("it does not repeat a read whose connection was reset")


def _judge_slowing(trace: Trace) -> Found:
    calls = trace.touched
    gaps = [later.at - earlier.done for earlier, later in pairwise(calls)]
    if len(calls) < LIMIT // 2:
        return open_question(f"only {len(calls)} requests while the allowance fell, at least {LIMIT // 2} needed")
    if len(calls) < LIMIT:
        return Found(RIGHT.verdict, f"it stops with an allowance of {LIMIT - len(calls)} of {LIMIT} requests")
    early, late = median(gaps[: LIMIT // 2]), median(gaps[-LIMIT // 4 :])
    pace = f"{early * 1000:.0f} ms between requests at first, {late * 1000:.0f} ms at the end"
    is_slower = late > 2 * early and late - early > _MIN_GAP_S
    return Found(RIGHT.verdict, pace) if is_slower else wrong("it does not slow down", pace)


def _judge_timeout(trace: Trace) -> Found:
    stalled = trace.touched[0] if trace.touched else trace.api[-1]
    parallel = sum(call.at < stalled.done and call.done > stalled.at for call in trace.api)
    if parallel > _MAX_PARALLEL:
        return wrong(
            f"more than {_MAX_PARALLEL} requests are open while the server sends nothing", f"{parallel} open at once"
        )
    waited = stalled.done - stalled.at
    if not stalled.left:
        return wrong("it waits for a response without a timeout", f"still waiting after {waited:.0f} s")
    return Found(RIGHT.verdict, f"it gave up after {waited:.1f} s")


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
        (Rule(on(VEHICLES), after_a_while(WAIT_S), skip=1, times=1),),
        seconds=WAIT_S + 30,
    ),
    Scenario(
        "retry-after-date",
        "C05",
        "list_vehicles",
        "responds to the second page with 429 and a date in Retry-After",
        "no request before that date",
        _judge_wait,
        (Rule(on(VEHICLES), after_a_while(DATE_S, as_date=True), skip=1, times=1),),
        level=Level.SHOULD,
        seconds=DATE_S + 30,
    ),
    Scenario(
        "unavailable",
        "C06",
        "list_vehicles",
        "responds to the second page with 503, 502, 504 and 503",
        "growing gaps between retries",
        _judge_back_off,
        (Rule(on(VEHICLES), in_turn(*map(problem, (503, 502, 504, 503))), skip=1, times=4),),
        level=Level.SHOULD,
        seconds=60,
    ),
    Scenario(
        "post-reset",
        "C07",
        "create_user",
        "resets the connection after it has created the user",
        "one POST, or a GET before the next",
        _judge_single_post,
        (Rule(on(CREATE_USER), cut(committed=True)),),
    ),
    Scenario(
        "read-reset",
        "C08",
        "list_vehicles",
        "resets the connection at the second page, once",
        "the page is requested again, and the task is completed",
        _judge_repeated_read,
        (Rule(on(VEHICLES), cut(committed=False), skip=1, times=1),),
        level=Level.SHOULD,
    ),
    Scenario(
        "allowance-falls",
        "C27",
        "read_vehicles",
        f"counts X-RateLimit-Remaining down from {LIMIT} to 0",
        "a slower pace as it falls",
        _judge_slowing,
        (Rule(on(VEHICLE), headed(_count_down), times=LIMIT),),
        level=Level.SHOULD,
        seconds=60,
    ),
    Scenario(
        "silence",
        "C28",
        "list_vehicles",
        f"sends no response to the second page for {STALL_S} s",
        "the request times out, and no others pile up",
        _judge_timeout,
        (Rule(on(VEHICLES), stall(STALL_S), skip=1, times=1),),
        level=Level.SHOULD,
        seconds=STALL_S + 30,
    ),
)
