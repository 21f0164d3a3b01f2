"""Scenarios of polling: webhooks are not guaranteed, so a client reads lists again (C29)."""

import secrets
import time
from collections.abc import Sequence
from itertools import pairwise
from urllib.parse import unquote

import msgspec

from conformance.certify.api_clients.conditions import (
    BLANK_NEXT_LINK,
    Action,
    ConditionRule,
    ScenarioContext,
    ScenarioRequest,
    ScenarioResponse,
    build_problem,
    match_operations,
    match_part,
)
from conformance.certify.api_clients.definitions import Scenario, build_not_observable, build_violation
from conformance.certify.api_clients.tasks import LIST_SESSIONS
from conformance.certify.api_clients.trace import ClientCall, ProcessEnd, ServerPart, Trace
from conformance.certify.api_clients.trace_comparisons import decode_target, judge_crash
from conformance.certify.assessments import PASSED, Assessment
from conformance.model import Level

_MIN_PAUSE_S = 0.1
_STRETCH_FACTOR = 1.5  # of the next longest gap
_WATCH_S = 12.0  # an hour of a product that polls every five minutes, since a second stands for its interval
_LIFE_S = 9_000  # far longer than the largest sensible margin before the end of a life
_MAX_ROUNDS_PER_S = 2.0
_ROUNDS_BEFORE = 2  # without the session
_READ_ONCE = "it read the list once, so that no round failed"
_FAILING_READ = 2  # its number, and the one after it fails as well


def _judge_polling(trace: Trace) -> Assessment:
    reads = [call for call in trace.api_calls if call.exchange.request.operation == LIST_SESSIONS]
    rounds = [call for call in reads if call.target == reads[0].target]
    if len(rounds) < 2 and len({call.target for call in reads}) == len(reads) and not _has_read_again(trace):
        return build_violation(
            "it does not read the list again", f"{len(reads)} reads; observed for {trace.duration_s:.1f} s"
        )
    gaps = [later.requested_at - earlier.responded_at for earlier, later in pairwise(rounds)]
    if (shortest := min(_drop_late_round(gaps), default=_MIN_PAUSE_S)) < _MIN_PAUSE_S:
        return build_violation(
            "it reads the list again without a pause", f"{shortest:.2f} s between two reads of the same list"
        )
    if not trace.process.is_successful:
        return build_violation("it does not find the new session", f"the client {trace.process.description}")
    if trace.process.end is ProcessEnd.ENDED and not _has_shown_new_session(reads):
        return build_violation("it ends before the list shows a new session", f"after {len(rounds)} rounds")
    return Assessment(PASSED.verdict, f"{len(rounds)} rounds")


def _has_shown_new_session(reads: Sequence[ClientCall]) -> bool:
    """Return whether a read after the first round shows a session that the first round does not."""
    again = next((number for number, call in enumerate(reads) if number and call.target == reads[0].target), 1)
    known = {session for call in reads[:again] for session in _list_ids(call)}
    return any(set(_list_ids(call)) - known for call in reads[again:])


def _list_ids(call: ClientCall) -> list[str]:
    response = call.exchange.response
    return [item["id"] for item in msgspec.json.decode(response.body)] if response and call.status == 200 else []


def _drop_late_round(gaps: list[float]) -> list[float]:
    """Return the gaps without the one after a stretched gap, where a client with a fixed schedule catches up, once."""
    longest = gaps.index(max(gaps)) if gaps else 0
    is_stretched = len(gaps) > 2 and gaps[longest] > _STRETCH_FACTOR * sorted(gaps)[-2]
    return [gap for number, gap in enumerate(gaps) if not is_stretched or number != longest + 1]


def _has_read_again(trace: Trace) -> bool:
    """Return whether the list was read again after the session began, at another URL."""
    reads = [call for call in trace.api_calls if call.exchange.request.operation == LIST_SESSIONS]
    return len(reads) > 1 and reads[-1].requested_at - reads[0].responded_at > 0.5


def _judge_pace(trace: Trace) -> Assessment:
    """Require about one round a second: a poll that is twice as fast uses up the hourly allowance of others."""
    reads = [call for call in trace.api_calls if call.exchange.request.operation == LIST_SESSIONS]
    rounds = [call for call in reads if call.target == reads[0].target]
    watched = rounds[-1].requested_at - rounds[0].requested_at if rounds else 0.0
    allowed = _MAX_ROUNDS_PER_S * watched / trace.scale + 2
    pace = f"{len(rounds)} rounds in {watched:.1f} s"
    if len(rounds) > allowed:
        return build_violation("it reads the list more often than about once a second", pace)
    return _judge_polling(trace)


async def _hold_session_back(request: ScenarioRequest, context: ScenarioContext) -> ScenarioResponse | None:
    """Send the list without a new session until the time is over; then leave the request to the task's own rule."""
    now = time.monotonic()
    if now - context.memory.setdefault("first read", now) < _WATCH_S * context.scale:
        return msgspec.structs.replace(await context.send_to_mock(request), is_affected=True)
    return None


async def _shorten_life(request: ScenarioRequest, context: ScenarioContext) -> ScenarioResponse:
    """Issue a token whose life, read as milliseconds, ends before the session begins (C11)."""
    response = await context.send_to_mock(request)
    if response.status != 200:
        return response
    issued = {**msgspec.json.decode(response.body), "expires_in": round(_LIFE_S * context.scale)}
    return msgspec.structs.replace(response.with_body(msgspec.json.encode(issued)), is_affected=False)


async def _show_session_on_a_later_page(request: ScenarioRequest, context: ScenarioContext) -> ScenarioResponse | None:
    """Send the sessions of the first round on one page; from the third round on link a second page with the new one.

    One of the others is gone then, so that the list is as long as before.
    """
    path, _, query = request.target.partition("?")
    fields = [field for field in query.split("&") if field and not field.startswith(("page_after=", "page_size="))]
    whole = msgspec.structs.replace(request, target="?".join([path, "&".join(fields)]).rstrip("?"))
    response = await context.send_to_mock(whole)
    if response.status != 200:
        return response
    items = msgspec.json.decode(response.body)
    known: set[str] = context.memory.setdefault("known", {item["id"] for item in items})
    cursor: str = context.memory.setdefault("cursor", f"{secrets.token_urlsafe(12)}%2F:~+")  # C01 judges how it returns
    is_later_page = dict(decode_target(request.target)[1]).get("page_after") == unquote(cursor).replace("+", " ")
    shown = [item for item in items if (item["id"] not in known) is is_later_page]
    link = BLANK_NEXT_LINK
    if not is_later_page:
        rounds = context.memory["rounds"] = context.memory.get("rounds", 0) + 1
        if rounds > _ROUNDS_BEFORE:
            shown = shown[:-1] or shown
            link = f'<{context.base_url}{path}?page_after={cursor}>; rel="next"'
        elif rounds == _ROUNDS_BEFORE:
            await context.start_session()
    return response.with_body(msgspec.json.encode(shown)).with_header(("Link", link))


def _fail_in_second_round(*, rounds_before: int) -> Action:
    """Return an action that refuses the second round with 500, twice, and starts a session some rounds after it."""

    async def act(request: ScenarioRequest, context: ScenarioContext) -> ScenarioResponse | None:
        number = context.memory["reads"] = context.memory.get("reads", 0) + 1
        is_failing = number in {_FAILING_READ, _FAILING_READ + 1}
        response = build_problem(500, detail="Something went wrong.") if is_failing else None
        response = response or await context.send_to_mock(request)
        if number == _FAILING_READ + 1 + rounds_before:
            await context.start_session()
        return msgspec.structs.replace(response, is_affected=True)

    return act


def _list_failures(trace: Trace) -> list[ClientCall]:
    return [call for call in trace.affected_calls if call.status >= 500]


def _judge_failed_round(trace: Trace) -> Assessment:
    """Require that a failed round passes for no list: what was known before it is not new in the round after it."""
    reads = [call for call in trace.api_calls if call.exchange.request.operation == LIST_SESSIONS]
    failures = _list_failures(trace)
    if not failures:
        return build_not_observable(_READ_ONCE)
    has_gone_on = any(call.status == 200 for call in trace.select_calls_after(failures[-1]))
    has_ended = trace.process.end is ProcessEnd.ENDED and trace.process.is_successful
    if has_gone_on and has_ended and not _has_shown_new_session(reads):
        return build_violation("it takes a failed round for an empty list, and known sessions for new ones")
    is_polling = trace.process.end is ProcessEnd.TIME_LIMIT  # which is no crash: it may wait longer after a failure
    return Assessment(PASSED.verdict, "it was still polling") if is_polling else judge_crash(trace)


def _judge_session_after_failure(trace: Trace) -> Assessment:
    """Require that a failed round forgets nothing: a session that began meanwhile is new in the next one."""
    failures = _list_failures(trace)
    if not failures:
        return build_not_observable(_READ_ONCE)
    following = [call for call in trace.select_calls_after(failures[-1]) if call.status == 200]
    if len(following) > _ROUNDS_BEFORE and not trace.process.is_successful:
        return build_violation(
            "it does not find a session that began while a round failed", f"{len(following)} reads of the list later"
        )
    return Assessment(PASSED.verdict, f"{len(following)} reads of the list after the failure")


SCENARIOS = (
    Scenario(
        "error-while-polling",
        "C21",
        "poll_sessions",
        "responds to the second round with 500, twice, and starts a session some rounds later",
        "the client goes on until the new session, or gives up and says so",
        _judge_failed_round,
        (ConditionRule(match_operations(LIST_SESSIONS), _fail_in_second_round(rounds_before=1 + _ROUNDS_BEFORE)),),
        time_limit_s=15.0,
    ),
    Scenario(
        "session-while-it-fails",
        "C29",
        "poll_sessions",
        "responds to the second round with 500, twice, and starts a session meanwhile",
        "the new session is found in the next round",
        _judge_session_after_failure,
        (ConditionRule(match_operations(LIST_SESSIONS), _fail_in_second_round(rounds_before=0)),),
        level=Level.SHOULD,
        time_limit_s=15.0,
    ),
    Scenario(
        "no-webhooks",
        "C29",
        "poll_sessions",
        "starts a session and delivers no webhook",
        "the list is read again",
        _judge_polling,
        level=Level.SHOULD,
    ),
    Scenario(
        "long-quiet",
        "C29",
        "poll_sessions",
        f"starts a session after {_WATCH_S:.0f} s, and issues a token for {_LIFE_S:,} s",
        "the list is read about once a second until then",
        _judge_pace,
        (
            ConditionRule(match_operations(LIST_SESSIONS), _hold_session_back),
            ConditionRule(match_part(ServerPart.TOKEN), _shorten_life),
        ),
        level=Level.SHOULD,
        time_limit_s=_WATCH_S + 30,
    ),
    Scenario(
        "session-on-a-later-page",
        "C29",
        "poll_sessions",
        "shows a new session on a second page, which the list did not have before",
        "every page is read in every round",
        _judge_polling,
        (ConditionRule(match_operations(LIST_SESSIONS), _show_session_on_a_later_page),),
        level=Level.SHOULD,
        time_limit_s=15.0,
    ),
)
