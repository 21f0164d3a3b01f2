"""Scenarios of the life of a token: one serves all requests until it is refused (C11)."""

from conformance.certify.api_clients.definitions import (
    ClientEvidence,
    PassiveJudge,
    PassiveVerdict,
    Scenario,
    build_not_observable,
    build_violation,
)
from conformance.certify.api_clients.scenarios.authorization import list_issued_tokens, read_form
from conformance.certify.api_clients.trace import ClientCall, ServerPart, Trace
from conformance.certify.assessments import PASSED, Assessment
from conformance.model import Level

_MIN_CALLS = 50
_TOKEN_LIFETIME_S = 36_000


def _judge_token_reuse(trace: Trace) -> Assessment:
    if len(trace.api_calls) < _MIN_CALLS:
        return build_not_observable(f"only {len(trace.api_calls)} API requests, at least {_MIN_CALLS} needed")
    count = len(trace.select_calls(ServerPart.TOKEN))
    counts = f"{count} token requests for {len(trace.api_calls)} API requests"
    if count == 1:
        return Assessment(PASSED.verdict, counts)
    return build_violation(f"it requests another token within {_TOKEN_LIFETIME_S:,} s", counts)


def _judge_token_requests(everything: ClientEvidence) -> tuple[PassiveVerdict, ...]:
    """Judge token requests under every condition: only a refused token has to be replaced (RFC 6750, section 3.1)."""
    return tuple(
        PassiveVerdict(_judge_token_request(call, trace), (call.exchange.id,))
        for trace in everything.traces.values()
        for call in trace.select_calls(ServerPart.TOKEN)
    )


def _judge_token_request(call: ClientCall, trace: Trace) -> Assessment:
    """Compare the tokens that a client has got with those that were refused; a token for other scopes is another one.

    Several renewals for several requests that were refused at once are judged by C10.
    """
    scopes = _read_scopes(call)
    issued = [one for one, _ in list_issued_tokens(trace) if _read_scopes(one) == scopes]
    valid = [one for one in issued if one.responded_at <= call.requested_at]
    earlier = [one for one in trace.api_calls if one.responded_at <= call.requested_at]
    if len(valid) <= sum(one.status == 401 for one in earlier):
        return PASSED
    last = f"the last response was {earlier[-1].status or 'none'}" if earlier else "it had sent nothing with its token"
    return build_violation(f"it requests another token within {_TOKEN_LIFETIME_S:,} s, which was not refused", last)


def _read_scopes(call: ClientCall) -> frozenset[str]:
    """Return the scopes that a client requests for itself; a person's token has those of the sign-in, so none here."""
    form = read_form(call)
    return frozenset(form.get("scope", "").split()) if form.get("grant_type") == "client_credentials" else frozenset()


SCENARIOS = (
    Scenario(
        "many-calls",
        "C11",
        "read_vehicles",
        f"issues a token for {_TOKEN_LIFETIME_S:,} s",
        f"one token for {_MIN_CALLS} requests",
        _judge_token_reuse,
        level=Level.SHOULD,
    ),
)
PASSIVE = (
    PassiveJudge("C11", "no other token before one is refused", "no token request was received", _judge_token_requests),
)
