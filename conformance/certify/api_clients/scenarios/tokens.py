"""Scenarios of tokens: renewed once, reused for their lifetime, requested safely, revoked (C09 to C13, C23)."""

import base64
import hashlib
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

from conformance.certify.api_clients.conditions import (
    ConditionRule,
    ScenarioContext,
    ScenarioRequest,
    ScenarioResponse,
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
from conformance.certify.api_clients.tasks import PARALLEL_READS, READ_VEHICLE
from conformance.certify.api_clients.trace import ClientCall, ServerPart, Trace
from conformance.certify.api_clients.trace_comparisons import compare_with_control, list_repeats
from conformance.certify.assessments import PASSED, Assessment
from conformance.model import Level

_MIN_CALLS = 50
_TOKEN_LIFETIME_S = 36_000


def _read_form(call: ClientCall) -> dict[str, str]:
    return dict(parse_qsl(call.body.decode("utf-8", "replace"), keep_blank_values=True))


def _read_query(call: ClientCall) -> dict[str, list[str]]:
    return parse_qs(call.target.partition("?")[2])


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


def _judge_renewal(trace: Trace) -> Assessment:
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
    return compare_with_control(trace)


def _list_replays(trace: Trace, refused: ClientCall) -> tuple[ClientCall, ...]:
    """Return the repeats of a request until one succeeds; later equal requests have another purpose."""
    repeats = list_repeats(trace, refused)
    succeeded_at = min((call.responded_at for call in repeats if 200 <= call.status < 300), default=trace.duration_s)
    return tuple(call for call in repeats if call.requested_at < succeeded_at)


def _judge_person_renewal(trace: Trace) -> Assessment:
    renewals = trace.select_calls_after(trace.affected_calls[0], ServerPart.TOKEN)
    grant = _read_form(renewals[0]).get("grant_type") if renewals else "refresh_token"
    if grant != "refresh_token":
        return build_violation("it does not use its refresh token", f"grant_type={grant}")
    if trace.select_calls_after(trace.affected_calls[0], ServerPart.AUTHORIZE):
        return build_violation("it makes the person sign in again, although it has a refresh token")
    return _judge_renewal(trace)


def _judge_shared_renewal(trace: Trace) -> Assessment:
    if len(trace.affected_calls) < 2:
        return build_inconclusive(
            "its requests came one after the other: no two of them needed a new token at the same time"
        )
    renewals = trace.select_calls_after(trace.affected_calls[0], ServerPart.TOKEN)
    counts = f"{len(renewals)} token requests for {len(trace.affected_calls)} refused requests"
    return (
        Assessment(PASSED.verdict, counts)
        if len(renewals) <= 1
        else build_violation("it renews the token more than once", counts)
    )


def _judge_token_reuse(trace: Trace) -> Assessment:
    if len(trace.api_calls) < _MIN_CALLS:
        return build_not_observable(f"only {len(trace.api_calls)} API requests, at least {_MIN_CALLS} needed")
    count = len(trace.select_calls(ServerPart.TOKEN))
    counts = f"{count} token requests for {len(trace.api_calls)} API requests"
    if count == 1:
        return Assessment(PASSED.verdict, counts)
    return build_violation(f"it requests another token within {_TOKEN_LIFETIME_S:,} s", counts)


async def _change_state(request: ScenarioRequest, context: ScenarioContext) -> ScenarioResponse | None:
    response = await context.send_to_mock(request)
    location = urlsplit(response.get_header("location"))
    if not location.query:
        return None
    fields = {**dict(parse_qsl(location.query)), "state": "of-somebody-else"}
    return response.with_header(("Location", location._replace(query=urlencode(fields)).geturl()))


def _judge_foreign_state(trace: Trace) -> Assessment:
    if trace.select_calls_after(trace.affected_calls[0], ServerPart.TOKEN):
        return build_violation("it redeems a code that came with another state")
    return Assessment(
        PASSED.verdict,
        f"the code was not redeemed; observed for {trace.duration_s - trace.affected_calls[0].responded_at:.1f} s",
    )


def _judge_authorizations(everything: ClientEvidence) -> tuple[PassiveVerdict, ...]:
    return tuple(
        PassiveVerdict(_judge_authorization(call, trace), (call.exchange.id,))
        for trace in everything.traces.values()
        for call in trace.select_calls(ServerPart.AUTHORIZE)
    )


def _judge_authorization(call: ClientCall, trace: Trace) -> Assessment:
    query = {name: values[-1] for name, values in _read_query(call).items()}
    challenge = query.get("code_challenge", "")
    if query.get("code_challenge_method") != "S256" or not challenge:
        method = f"code_challenge_method={query.get('code_challenge_method', '')}"
        return build_violation("its authorization request has no S256 code challenge", method)
    if not query.get("state"):
        return build_violation("its authorization request has no state")
    forms = [_read_form(later) for later in trace.select_calls_after(call, ServerPart.TOKEN)]
    redeemed = [form for form in forms if form.get("grant_type") == "authorization_code"]
    if redeemed and _hash_verifier(redeemed[0].get("code_verifier", "")) != challenge:
        return build_violation("it redeems the code without the verifier of its challenge")
    return PASSED


def _hash_verifier(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def _judge_revocations(everything: ClientEvidence) -> tuple[PassiveVerdict, ...]:
    calls = [call for trace in everything.traces.values() for call in trace.select_calls(ServerPart.REVOKE)]
    return tuple(PassiveVerdict(_judge_revocation(call), (call.exchange.id,)) for call in calls)


def _judge_revocation(call: ClientCall) -> Assessment:
    is_correct = call.path.endswith("/") and call.method == "POST"
    return (
        PASSED
        if is_correct
        else build_violation("it revokes at a URL that responds with 405", f"{call.method} {call.path}")
    )


def _judge_scopes(everything: ClientEvidence) -> tuple[PassiveVerdict, ...]:
    """Judge requested scopes: each of them must be needed by some request of the client."""
    needed = {
        scope
        for trace in everything.traces.values()
        for call in trace.api_calls
        for scope in everything.scopes.get(call.exchange.request.operation, ())
    }
    verdicts = []
    for call in (
        call
        for trace in everything.traces.values()
        for call in trace.select_calls(ServerPart.TOKEN, ServerPart.AUTHORIZE)
    ):
        texts = [_read_form(call).get("scope", ""), *_read_query(call).get("scope", ())]
        requested = {scope for text in texts for scope in text.split()}
        if requested:
            unneeded = sorted(requested - needed)
            verdict = (
                build_violation("it requests scopes that it does not need", " ".join(unneeded)) if unneeded else PASSED
            )
            verdicts.append(PassiveVerdict(verdict, (call.exchange.id,)))
    return tuple(verdicts)


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
        "responds with 401 to the first token and accepts the next",
        "one new token, one repeated request, and the task is completed",
        _judge_renewal,
        (ConditionRule(lambda request: request.part is ServerPart.API, refuse_tokens()),),
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
        f"responds to {PARALLEL_READS} requests with 401 at the same time",
        "one new token for all of them",
        _judge_shared_renewal,
        (ConditionRule(match_operations(READ_VEHICLE), refuse_tokens(parallel=PARALLEL_READS)),),
        level=Level.SHOULD,
    ),
    Scenario(
        "many-calls",
        "C11",
        "read_vehicles",
        f"issues a token for {_TOKEN_LIFETIME_S:,} s",
        f"one token for {_MIN_CALLS} requests",
        _judge_token_reuse,
        level=Level.SHOULD,
    ),
    Scenario(
        "state-of-another",
        "C12",
        "sign_in",
        "sends the person back with a state that the client did not send",
        "the code is not redeemed",
        _judge_foreign_state,
        (ConditionRule(match_part(ServerPart.AUTHORIZE), _change_state),),
    ),
)
PASSIVE = (
    PassiveJudge(
        "C12", "PKCE with S256, and state", "no authorization request was received", _judge_authorizations, "sign_in"
    ),
    PassiveJudge(
        "C13",
        "POST to /o/revoke_token/ with the slash",
        "no revocation was received",
        _judge_revocations,
        "revoke_token",
    ),
    PassiveJudge("C23", "only scopes that are needed", "no token request had a scope", _judge_scopes),
)
