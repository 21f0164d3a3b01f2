"""Scenarios of authorization: PKCE, state, scopes, revocation (C12, C13, C23)."""

import base64
import hashlib
import re
from collections.abc import Iterator
from urllib.parse import parse_qsl, urlencode, urlsplit

import msgspec

from conformance.certify.api_clients.conditions import (
    Action,
    ConditionRule,
    ScenarioContext,
    ScenarioRequest,
    ScenarioResponse,
    match_part,
)
from conformance.certify.api_clients.definitions import (
    ClientEvidence,
    PassiveJudge,
    PassiveVerdict,
    Scenario,
    build_violation,
)
from conformance.certify.api_clients.trace import ClientCall, ServerPart, Trace
from conformance.certify.assessments import PASSED, Assessment

_EXPANDED = re.compile(r"[?&]expand=(\w+)")  # an expanded resource is read too, with the scope of its name
_MIN_VERIFIER = 43  # characters (RFC 7636, section 4.1)


# State and PKCE of C12


def _return_with_state(*, is_absent: bool) -> Action:
    """Return an action that sends the person back with a state that differs in its last character, or without one."""

    async def act(request: ScenarioRequest, context: ScenarioContext) -> ScenarioResponse | None:
        response = await context.send_to_mock(request)
        location = urlsplit(response.get_header("location"))
        if not location.query:
            return None
        fields = dict(parse_qsl(location.query))
        state = fields.pop("state", "")
        other = {} if is_absent else {"state": state[:-1] + ("B" if state[-1:] == "A" else "A")}
        return response.with_header(("Location", location._replace(query=urlencode({**fields, **other})).geturl()))

    return act


def _judge_foreign_state(trace: Trace) -> Assessment:
    if trace.select_calls_after(trace.affected_calls[0], ServerPart.TOKEN):
        return build_violation("it redeems a code that did not come with its state")
    return Assessment(
        PASSED.verdict,
        f"the code was not redeemed; observed for {trace.duration_s - trace.affected_calls[0].responded_at:.1f} s",
    )


def _judge_authorizations(everything: ClientEvidence) -> tuple[PassiveVerdict, ...]:
    calls = [
        (call, trace)
        for trace in everything.traces.values()
        for call in _drop_repeats(trace.select_calls(ServerPart.AUTHORIZE))
    ]
    alone = [PassiveVerdict(_judge_authorization(call, trace), (call.exchange.id,)) for call, trace in calls]
    reused = [
        PassiveVerdict(build_violation(f"it uses one {what} for several sign-ins", value), (first, second))
        for name, what in (("state", "state"), ("code_challenge", "code verifier"))
        for value, first, second in _find_reuse([call for call, _ in calls], name)
    ]
    return (*alone, *reused)


def _drop_repeats(calls: tuple[ClientCall, ...]) -> tuple[ClientCall, ...]:
    """Return the first of equal requests, which are one sign-in that was tried again."""
    return tuple({call.target: call for call in reversed(calls)}.values())[::-1]


def _find_reuse(calls: list[ClientCall], name: str) -> Iterator[tuple[str, str, str]]:
    """Yield values of a parameter that two sign-ins share, with the ids of both exchanges."""
    first_by_value: dict[str, str] = {}
    for call in calls:
        if value := _read_query(call).get(name, ""):
            first = first_by_value.setdefault(value, call.exchange.id)
            if first != call.exchange.id:
                yield value, first, call.exchange.id
                return


def _judge_authorization(call: ClientCall, trace: Trace) -> Assessment:
    query = _read_query(call)
    challenge = query.get("code_challenge", "")
    if query.get("code_challenge_method") != "S256" or not challenge:
        method = f"code_challenge_method={query.get('code_challenge_method', '')}"
        return build_violation("its authorization request has no S256 code challenge", method)
    if not query.get("state"):
        return build_violation("its authorization request has no state")
    forms = [read_form(later) for later in trace.select_calls_after(call, ServerPart.TOKEN)]
    redeemed = next((form for form in forms if form.get("grant_type") == "authorization_code"), None)
    if redeemed is None:
        return PASSED
    return _judge_verifier(redeemed.get("code_verifier", ""), query)


def _judge_verifier(verifier: str, query: dict[str, str]) -> Assessment:
    if _hash_verifier(verifier) != query["code_challenge"]:
        return build_violation("it redeems the code without the verifier of its challenge")
    if verifier in query.values():
        return build_violation("it shows its code verifier in the authorization request")
    if len(verifier) < _MIN_VERIFIER:
        return build_violation(f"its code verifier is shorter than {_MIN_VERIFIER} characters", f"{len(verifier)}")
    return PASSED


def _hash_verifier(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def read_form(call: ClientCall) -> dict[str, str]:
    """Return the fields of a form in a request body."""
    return dict(parse_qsl(call.body.decode("utf-8", "replace"), keep_blank_values=True))


def _read_query(call: ClientCall) -> dict[str, str]:
    return dict(parse_qsl(call.target.partition("?")[2]))


# Revocation of C13


def list_issued_tokens(trace: Trace) -> Iterator[tuple[ClientCall, dict[str, str]]]:
    """Yield each token response of a trace with its members."""
    for call in trace.select_calls(ServerPart.TOKEN):
        if call.status == 200 and call.exchange.response:
            yield call, msgspec.json.decode(call.exchange.response.body)


def _judge_revocations(everything: ClientEvidence) -> tuple[PassiveVerdict, ...]:
    return tuple(
        PassiveVerdict(_judge_revocation(call, trace), (call.exchange.id,))
        for trace in everything.traces.values()
        for call in trace.select_calls(ServerPart.REVOKE)
    )


def _judge_revocation(call: ClientCall, trace: Trace) -> Assessment:
    if not call.path.endswith("/") or call.method != "POST":
        return build_violation("it revokes at a URL that responds with 405", f"{call.method} {call.path}")
    issued = {
        members[name]
        for issuing, members in list_issued_tokens(trace)
        for name in ("access_token", "refresh_token")
        if name in members and issuing.responded_at <= call.requested_at
    }
    form = read_form(call)
    if form.get("token") not in issued:
        names = ", ".join(sorted(form)) or "nothing"
        return build_violation("it does not send a token that was issued to it in `token`", f"the form holds {names}")
    if form.get("token") in _list_replaced_tokens(trace, call):
        return build_violation("it revokes a token that was refused and replaced, and leaves the new one valid")
    if call.status != 200 and not call.is_affected and call.exchange.response:
        return build_violation(f"its revocation is refused with {call.status}")
    return PASSED


def _list_replaced_tokens(trace: Trace, revocation: ClientCall) -> set[str]:
    """Return the access tokens that were refused before a revocation, where a later one was issued in their place."""
    tokens = [
        members["access_token"]
        for issuing, members in list_issued_tokens(trace)
        if issuing.responded_at <= revocation.requested_at
    ]
    refused = {
        call.request_header("authorization").partition(" ")[2].strip()
        for call in trace.api_calls
        if call.status == 401 and call.responded_at <= revocation.requested_at
    }
    return refused & set(tokens[:-1])


# Scopes of C23


class _Grant(msgspec.Struct, frozen=True):
    """A request for a token by a client or a person: the scopes in it, and those that its task needs."""

    kind: str
    scopes: frozenset[str]
    needed: frozenset[str]
    exchange: str


def _judge_scopes(everything: ClientEvidence) -> tuple[PassiveVerdict, ...]:
    """Judge requested scopes: each must be needed by a task that the client requests the same scopes for.

    A client may use one set of scopes for several tasks. A client that requests fewer scopes for one task than for
    another with the same needs shows that it needs no more.
    """
    grants = list(_list_grants(everything))
    return tuple(PassiveVerdict(_judge_grant(grant, grants), (grant.exchange,)) for grant in grants)


def _list_grants(everything: ClientEvidence) -> Iterator[_Grant]:
    needed_by_task: dict[str, frozenset[str]] = {}
    for trace in everything.traces.values():
        operations = {call.exchange.request.operation for call in trace.api_calls}
        needed = frozenset[str]().union(*(everything.scopes.get(operation, ()) for operation in operations))
        expanded = {f"{name}:read" for call in trace.api_calls for name in _EXPANDED.findall(call.target)}
        needed_by_task[trace.task] = needed_by_task.get(trace.task, frozenset()) | needed | expanded
    for trace in everything.traces.values():
        for call in trace.select_calls(ServerPart.TOKEN, ServerPart.AUTHORIZE):
            form = read_form(call)
            if call.part is ServerPart.AUTHORIZE:
                scopes = _read_query(call).get("scope", "")
            elif form.get("grant_type") == "client_credentials":
                scopes = form.get("scope", "")
            else:
                continue  # a code and a refresh token have the scopes that were asked for earlier
            yield _Grant(call.part, frozenset(scopes.split()), needed_by_task[trace.task], call.exchange.id)


def _judge_grant(grant: _Grant, grants: list[_Grant]) -> Assessment:
    if not grant.scopes:
        return build_violation("it requests no scope, and so gets every scope of its application")
    same = [other for other in grants if other.kind == grant.kind and other.scopes == grant.scopes]
    needed = frozenset[str]().union(*(other.needed for other in same))
    if unneeded := sorted(grant.scopes - needed):
        return build_violation("it requests scopes that it does not need", " ".join(unneeded))
    for other in grants:
        if other.kind == grant.kind and grant.needed and grant.needed <= other.scopes < grant.scopes:
            unneeded = sorted(grant.scopes - other.scopes)
            return build_violation(
                "it requests scopes here that it leaves out elsewhere for the same requests", " ".join(unneeded)
            )
    return PASSED


def _build_state_scenario(name: str, condition: str, *, is_absent: bool) -> Scenario:
    return Scenario(
        name,
        "C12",
        "sign_in",
        f"sends the person back {condition}",
        "the code is not redeemed",
        _judge_foreign_state,
        (ConditionRule(match_part(ServerPart.AUTHORIZE), _return_with_state(is_absent=is_absent)),),
    )


SCENARIOS = (
    _build_state_scenario("state-of-another", "with a state that the client did not send", is_absent=False),
    _build_state_scenario("state-absent", "without a state", is_absent=True),
)
PASSIVE = (
    PassiveJudge(
        "C12", "PKCE with S256, and state", "no authorization request was received", _judge_authorizations, "sign_in"
    ),
    PassiveJudge(
        "C13",
        "POST of the token to /o/revoke_token/ with the slash",
        "no revocation was received",
        _judge_revocations,
        "revoke_token",
    ),
    PassiveJudge("C23", "only scopes that are needed", "no token request was received", _judge_scopes),
)
