"""Scenarios of tokens that are refused: renewed once, for all requests that wait (C09, C10)."""

import asyncio
from contextlib import suppress

import msgspec

from conformance.certify.api_clients.conditions import (
    ConditionRule,
    ScenarioContext,
    ScenarioRequest,
    ScenarioResponse,
    build_unauthorized,
    match_operations,
    match_part,
    refuse_tokens,
)
from conformance.certify.api_clients.definitions import (
    ClientEvidence,
    PassiveJudge,
    PassiveVerdict,
    Scenario,
    build_inconclusive,
    build_not_observable,
    build_violation,
)
from conformance.certify.api_clients.scenarios.authorization import list_issued_tokens, read_form
from conformance.certify.api_clients.scenarios.lists import set_page_size
from conformance.certify.api_clients.tasks import LIST_VEHICLES, PARALLEL_READS, READ_VEHICLE
from conformance.certify.api_clients.trace import ClientCall, ProcessEnd, ServerPart, Trace
from conformance.certify.api_clients.trace_comparisons import compare_with_control, list_repeats
from conformance.certify.assessments import PASSED, Assessment
from conformance.model import Level, Verdict

_LATE_S = 1.0  # after a request with the new token
_MAX_LATE_S = 2.0  # for a client that sends no request with a new token before all responses are there
_SERVED_BY_SECOND_TOKEN = 2  # requests
_NO_SECOND_RENEWAL = "it requests no new token when its token expires for the second time"
_SLOW_RENEWAL_S = 1.5  # longer than a client may wait for a lock, and shorter than for a response
_refuse_together = refuse_tokens(parallel=PARALLEL_READS)


def _judge_permanent_refusal(trace: Trace) -> Assessment:
    first = trace.affected_calls[0]
    renewals = trace.select_calls_after(first, ServerPart.TOKEN)
    counts = f"{len(renewals)} token requests and {len(trace.api_calls)} API requests"
    if len(renewals) > 1 or len(trace.api_calls) > 2:
        return build_violation(
            "it goes on after a new token is refused as well", f"{counts}; at most 1 and 2 are allowed"
        )
    return Assessment(
        PASSED.verdict,
        f"{counts}; observed for {trace.duration_s - first.responded_at:.1f} s, until it {trace.process.end}",
    )


def judge_renewal(trace: Trace) -> Assessment:
    """Return the verdict on one new token and one repeat after a 401, and on the task."""
    return _find_renewal_fault(trace) or compare_with_control(trace)


def _find_renewal_fault(trace: Trace) -> Assessment | None:
    """Return what is wrong with the renewal after the first 401, None where nothing is."""
    first = trace.affected_calls[0]
    renewals, replays = trace.select_calls_after(first, ServerPart.TOKEN), _list_replays(trace, first)
    if len(trace.affected_calls) > 1:
        return build_violation("it sends the expired token again", f"{len(trace.affected_calls)} requests with it")
    if not renewals:
        return build_violation("it requests no new token after a 401")
    if len(renewals) > 1:
        return build_violation("it requests more than one new token", f"{len(renewals)} token requests")
    if len(replays) != 1:
        return build_violation("it does not repeat the refused request exactly once", f"repeated {len(replays)} times")
    return None


def _judge_two_renewals(trace: Trace) -> Assessment:
    """Judge the renewal after each of two expiries; a client that gives up at the second one may have its reasons."""
    second = next((call for call in trace.affected_calls if _has_served(trace, call)), None)
    if second is None:
        return judge_renewal(trace)
    before = tuple(call for call in trace.calls if call.requested_at < second.requested_at)
    after = tuple(call for call in trace.calls if call.requested_at >= second.requested_at)
    if fault := _find_renewal_fault(msgspec.structs.replace(trace, calls=before)):
        return fault
    if not trace.select_calls_after(second, ServerPart.TOKEN):
        return Assessment(Verdict.WARN, _NO_SECOND_RENEWAL)
    return _find_renewal_fault(msgspec.structs.replace(trace, calls=after)) or compare_with_control(trace)


def _has_served(trace: Trace, refused: ClientCall) -> bool:
    """Return whether a token had served its requests before a refusal; tokens themselves are not in a run log."""
    served = sum(200 <= call.status < 300 and call.responded_at <= refused.requested_at for call in trace.api_calls)
    return served >= _SERVED_BY_SECOND_TOKEN


async def _refuse_two_tokens(request: ScenarioRequest, context: ScenarioContext) -> ScenarioResponse | None:
    """Refuse the first token at once, and the second after it has served two requests."""
    bearers: list[str] = context.memory.setdefault("bearers", [])
    if request.bearer not in bearers:
        bearers.append(request.bearer)
    number = bearers.index(request.bearer)
    served: int = context.memory.get("served", 0)
    if number == 0 or (number == 1 and served >= _SERVED_BY_SECOND_TOKEN):
        return build_unauthorized()
    context.memory["served"] = served + (number == 1)
    return None


def _list_replays(trace: Trace, refused: ClientCall) -> tuple[ClientCall, ...]:
    """Return the repeats of a request until one succeeds; later equal requests have another purpose.

    They have none where the client ends by itself, and sends the request once in the control run.
    """
    repeats = list_repeats(trace, refused)
    if trace.control is not None and {trace.process.end, trace.control.process.end} == {ProcessEnd.ENDED}:
        target = trace.remove_secrets(refused)
        if sum(trace.control.remove_secrets(call) == target for call in trace.control.api_calls) == 1:
            return repeats
    succeeded_at = min((call.responded_at for call in repeats if 200 <= call.status < 300), default=trace.duration_s)
    return tuple(call for call in repeats if call.requested_at < succeeded_at)


def _judge_person_renewal(trace: Trace) -> Assessment:
    renewals = trace.select_calls_after(trace.affected_calls[0], ServerPart.TOKEN)
    grant = read_form(renewals[0]).get("grant_type") if renewals else "refresh_token"
    if grant != "refresh_token":
        return build_violation("it does not use its refresh token", f"grant_type={grant}")
    if trace.select_calls_after(trace.affected_calls[0], ServerPart.AUTHORIZE):
        return build_violation("it makes the person sign in again, although it has a refresh token")
    return judge_renewal(trace)


def _judge_second_expiry(trace: Trace) -> Assessment:
    """Judge the second renewal of a person's token: it needs the refresh token that came with the first."""
    bearers = list(dict.fromkeys(call.request_header("authorization") for call in trace.affected_calls))
    if len(bearers) < 2:
        return build_not_observable("it sent no request after its token was renewed, so there was no second expiry")
    last = next(call for call in trace.affected_calls if call.request_header("authorization") == bearers[1])
    renewals = trace.select_calls_after(last, ServerPart.TOKEN)
    if not renewals:
        return Assessment(Verdict.WARN, _NO_SECOND_RENEWAL)
    if trace.select_calls_after(last, ServerPart.AUTHORIZE):
        return build_violation("it makes the person sign in again, although it has a refresh token")
    return PASSED if renewals[0].status == 200 else build_violation("its second renewal is refused")


async def _send_short_pages(request: ScenarioRequest, context: ScenarioContext) -> ScenarioResponse | None:
    """Send a person's list one item a page, and refuse the first token at the first page, the second at the next."""
    bearers: list[str] = context.memory.setdefault("bearers", [])
    if request.bearer and request.bearer not in bearers:
        bearers.append(request.bearer)
    pages: int = context.memory.get("pages", 0)
    if request.bearer in bearers[: min(pages + 1, 2)]:
        return build_unauthorized()
    response = await context.send_to_mock(set_page_size(request, 1))
    context.memory["pages"] = pages + (response.status == 200)
    return response


def _judge_refresh_tokens(everything: ClientEvidence) -> tuple[PassiveVerdict, ...]:
    """Judge refresh tokens: a new one replaces the one that was used (RFC 6749, section 6)."""
    verdicts = []
    for trace in everything.traces.values():
        issued = [
            (call.responded_at, members["refresh_token"])
            for call, members in list_issued_tokens(trace)
            if "refresh_token" in members
        ]
        for call in trace.select_calls(ServerPart.TOKEN):
            form = read_form(call)
            known = [token for at, token in issued if at <= call.requested_at]
            if form.get("grant_type") == "refresh_token" and known:
                is_replaced = form.get("refresh_token") in known[:-1]
                verdict = build_violation("it sends a refresh token that was replaced") if is_replaced else PASSED
                verdicts.append(PassiveVerdict(verdict, (call.exchange.id,)))
    return tuple(verdicts)


async def _refuse_late(request: ScenarioRequest, context: ScenarioContext) -> ScenarioResponse | None:
    """Refuse the first token: every other request at once, the rest after a request with a new token has arrived."""
    renewed: asyncio.Event = context.memory.setdefault("renewed", asyncio.Event())
    number = context.memory["number"] = context.memory.get("number", 0) + 1
    refusal = await _refuse_together(request, context)
    if refusal is None:
        renewed.set()
    elif number % 2 == 0:
        with suppress(TimeoutError):
            await asyncio.wait_for(renewed.wait(), _MAX_LATE_S)
        await asyncio.sleep(_LATE_S)
    return refusal


async def _renew_slowly(request: ScenarioRequest, context: ScenarioContext) -> ScenarioResponse:
    """Issue a token a while after it was requested."""
    await asyncio.sleep(_SLOW_RENEWAL_S * context.scale)
    return await context.send_to_mock(request)


def _judge_shared_renewal(trace: Trace) -> Assessment:
    if len(trace.affected_calls) < 2:
        return build_inconclusive(
            "its requests came one after the other: no two of them needed a new token at the same time"
        )
    first = min(trace.affected_calls, key=lambda call: call.responded_at)
    renewals = trace.select_calls_after(first, ServerPart.TOKEN)
    counts = f"{len(renewals)} token requests for {len(trace.affected_calls)} refused requests"
    return (
        Assessment(PASSED.verdict, counts)
        if len(renewals) <= 1
        else build_violation("it renews the token more than once", counts)
    )


SCENARIOS = (
    Scenario(
        "refused-for-good",
        "C09",
        "list_vehicles",
        "responds to every request with 401",
        "at most one new token and one repeated request",
        _judge_permanent_refusal,
        (ConditionRule(lambda request: request.part is ServerPart.API, refuse_tokens(every_token=True)),),
    ),
    Scenario(
        "token-expired",
        "C09",
        "list_vehicles",
        "responds with 401 to the first token, and to the next one after two requests",
        "for each one new token and one repeated request, and the task is completed",
        _judge_two_renewals,
        (ConditionRule(lambda request: request.part is ServerPart.API, _refuse_two_tokens),),
    ),
    Scenario(
        "person-token-expired",
        "C09",
        "sign_in",
        "responds with 401 to the first token and accepts the next",
        "the refresh token is used once, and the request is repeated",
        _judge_person_renewal,
        (ConditionRule(lambda request: request.part is ServerPart.API, refuse_tokens()),),
    ),
    Scenario(
        "expired-at-once",
        "C10",
        "read_at_once",
        f"responds to {PARALLEL_READS} requests with 401 at the same time, and takes a while to issue a new token",
        "one new token for all of them",
        _judge_shared_renewal,
        (
            ConditionRule(match_operations(READ_VEHICLE), refuse_tokens(parallel=PARALLEL_READS)),
            ConditionRule(match_part(ServerPart.TOKEN), _renew_slowly, skip=1),
        ),
        level=Level.SHOULD,
    ),
    Scenario(
        "person-token-expired-twice",
        "C09",
        "sign_in",
        "lets the token of a person expire twice",
        "each new token is requested with the latest refresh token",
        _judge_second_expiry,
        (ConditionRule(match_operations(LIST_VEHICLES), _send_short_pages),),
    ),
    Scenario(
        "expired-one-by-one",
        "C10",
        "read_at_once",
        f"responds to half of {PARALLEL_READS} requests with 401 at once, and to the others after the renewal",
        "one new token for all of them",
        _judge_shared_renewal,
        (ConditionRule(match_operations(READ_VEHICLE), _refuse_late),),
        level=Level.SHOULD,
    ),
)
PASSIVE = (PassiveJudge("C09", "the latest refresh token", "no refresh token was used", _judge_refresh_tokens),)
