"""Refusals and silences of the moment: waiting, backing off, repeating what may be repeated (C05 to C08, C27, C28)."""

from email.utils import parsedate_to_datetime
from itertools import pairwise
from statistics import median

from conformance.certify.api_clients.comparing import again, went_on
from conformance.certify.api_clients.conditions import Rule, after_a_while, cut, headed, in_turn, on, problem, stall
from conformance.certify.api_clients.scenario import Scenario, open_question, unseen, wrong
from conformance.certify.api_clients.tasks import CREATE_USER, VEHICLE, VEHICLES
from conformance.certify.api_clients.trace import Call, Trace
from conformance.certify.found import RIGHT, Found
from conformance.model import Level

WAIT_S, DATE_S, STALL_S = 7, 3, 60
LIMIT = 20
_TIMERS_S = 0.05  # how exactly timers of two machines agree
_AT_ONCE_S = 0.05
_LONGEST_GAP_S = 300.0
_GROWTH = 1.4  # the later half of the gaps against the earlier; gaps that rise by one step each give 2.3
_STRETCHED = 1.2  # times the gap that follows
_PILE = 5


def _waits(trace: Trace) -> Found:
    refused = trace.touched[0]
    wait = _asked_wait(refused)
    early = [each for each in trace.after(refused) if each.at < refused.done + wait - _TIMERS_S]
    if early:
        return wrong(
            f"it sends again before the {wait:.1f} s are over",
            f"{early[0].method} {early[0].target} after {early[0].at - refused.done:.1f} s",
        )
    if trace.ended < refused.done + wait and not trace.ran.well:
        return Found(RIGHT.verdict, f"it gave up: nothing came in the {trace.ended - refused.done:.1f} s to its end")
    return Found(RIGHT.verdict, f"nothing came for {wait:.1f} s")


def _asked_wait(refused: Call) -> float:
    text = refused.answered("retry-after")
    if text.isdigit():
        return float(text)
    sent = refused.exchange.sent_at + (refused.done - refused.at)
    return parsedate_to_datetime(text).timestamp() - sent


def _backs_off(trace: Trace) -> Found:
    tries = [trace.touched[0], *again(trace, trace.touched[0])]
    gaps = [later.at - earlier.done for earlier, later in pairwise(tries)][: len(trace.touched)]
    told = ", ".join(f"{gap:.2f} s" for gap in gaps)
    if not gaps:
        return unseen("it gave up at the first refusal, which leaves no gaps to judge")
    paused = gaps[1:] if len(gaps) > 1 and gaps[0] < _AT_ONCE_S else gaps  # once may be tried at once
    if min(paused) < _AT_ONCE_S:
        return wrong("it tries again at once", told)
    if max(gaps) > _LONGEST_GAP_S:
        return wrong("its gaps have no cap", told)
    if len(gaps) < 2:
        return unseen(f"it tried again once, after {told}: one gap cannot grow")
    return _growing(paused if len(paused) > 1 else gaps, told)


def _growing(gaps: list[float], told: str) -> Found:
    """Whether gaps grow; one that a stall of either machine has stretched accuses nobody."""
    if _grow(gaps):
        return Found(RIGHT.verdict, told)
    without_one = [[*gaps[:n], *gaps[n + 1 :]] for n in _longer_than_the_next(gaps)]
    if any(map(_grow, without_one)):
        return Found(RIGHT.verdict, f"{told}, of which one is stretched")
    if any(len(rest) > 1 and not _longer_than_the_next(rest, _STRETCHED) for rest in (gaps, *without_one)):
        return wrong("its gaps do not grow", told)
    return open_question(f"its gaps are uneven ({told}), as those that grow are on a busy machine")


def _grow(gaps: list[float]) -> bool:
    half = len(gaps) // 2
    return half > 0 and sum(gaps[-half:]) > _GROWTH * sum(gaps[:half])


def _longer_than_the_next(gaps: list[float], times: float = 1.0) -> list[int]:
    """Which gaps are longer than the one that follows: no back-off makes such, but a machine that stalls does."""
    return [number for number, (gap, following) in enumerate(pairwise(gaps)) if gap > times * following]


def _one_post(trace: Trace) -> Found:
    lost = trace.touched[0]
    later = trace.after(lost)
    for each in later:
        if each.method == "GET":
            return Found(RIGHT.verdict, "it looks before it posts again")
        if each.method == "POST" and each.path == lost.path:
            return wrong(
                "it posts again without a look at what the first one did", f"after {each.at - lost.done:.1f} s"
            )
    return Found(RIGHT.verdict, f"one POST; watched for {trace.ended - lost.done:.1f} s")


def _reads_again(trace: Trace) -> Found:
    lost = trace.touched[0]
    return went_on(trace) if again(trace, lost) else wrong("it gives up a read whose connection was reset")


def _slows(trace: Trace) -> Found:
    calls = trace.touched
    gaps = [later.at - earlier.done for earlier, later in pairwise(calls)]
    if len(calls) < LIMIT // 2:
        return open_question(f"only {len(calls)} requests came while the allowance fell")
    if len(calls) < LIMIT:
        return Found(RIGHT.verdict, f"it stops with {LIMIT - len(calls)} of {LIMIT} requests left")
    early, late = median(gaps[: LIMIT // 2]), median(gaps[-LIMIT // 4 :])
    told = f"{early * 1000:.0f} ms between requests at first, {late * 1000:.0f} ms at the end"
    return (
        Found(RIGHT.verdict, told) if late > 2 * early and late - early > _AT_ONCE_S else wrong("its pace stays", told)
    )


def _gives_up(trace: Trace) -> Found:
    stalled = trace.touched[0] if trace.touched else trace.api[-1]
    together = sum(each.at < stalled.done and each.done > stalled.at for each in trace.api)
    if together > _PILE:
        return wrong("requests pile up while the server is silent", f"{together} open at once")
    waited = stalled.done - stalled.at
    if not stalled.left:
        return wrong("it waits for an answer without end", f"still waiting after {waited:.0f} s")
    return Found(RIGHT.verdict, f"it gave up after {waited:.1f} s")


def _left(number: int) -> dict[str, str]:
    return {"X-RateLimit-Limit": str(LIMIT), "X-RateLimit-Remaining": str(LIMIT - 1 - number)}


SCENARIOS = (
    Scenario(
        "retry-after-seconds",
        "C05",
        "list_vehicles",
        f"answers the second page 429 with Retry-After: {WAIT_S}",
        f"nothing for {WAIT_S} s",
        _waits,
        (Rule(on(VEHICLES), after_a_while(WAIT_S), skip=1, times=1),),
        seconds=WAIT_S + 30,
    ),
    Scenario(
        "retry-after-date",
        "C05",
        "list_vehicles",
        "answers the second page 429 with a date in Retry-After",
        "nothing before that date",
        _waits,
        (Rule(on(VEHICLES), after_a_while(DATE_S, as_date=True), skip=1, times=1),),
        level=Level.SHOULD,
        seconds=DATE_S + 30,
    ),
    Scenario(
        "unavailable",
        "C06",
        "list_vehicles",
        "answers the second page 503, 502, 504 and 503",
        "gaps that grow",
        _backs_off,
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
        _one_post,
        (Rule(on(CREATE_USER), cut(committed=True)),),
    ),
    Scenario(
        "read-reset",
        "C08",
        "list_vehicles",
        "resets the connection at the second page, once",
        "the page is asked for again, and the task goes on",
        _reads_again,
        (Rule(on(VEHICLES), cut(committed=False), skip=1, times=1),),
        level=Level.SHOULD,
    ),
    Scenario(
        "allowance-falls",
        "C27",
        "read_vehicles",
        f"counts X-RateLimit-Remaining down from {LIMIT} to 0",
        "a slower pace as it falls",
        _slows,
        (Rule(on(VEHICLE), headed(_left), times=LIMIT),),
        level=Level.SHOULD,
        seconds=60,
    ),
    Scenario(
        "silence",
        "C28",
        "list_vehicles",
        f"leaves the second page without an answer for {STALL_S} s",
        "the request is given up, and no others pile up",
        _gives_up,
        (Rule(on(VEHICLES), stall(STALL_S), skip=1, times=1),),
        level=Level.SHOULD,
        seconds=STALL_S + 30,
    ),
)
