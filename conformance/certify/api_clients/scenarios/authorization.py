"""Scenarios of authorization: PKCE, state, revocation (C12, C13)."""

import base64
import hashlib
import re
from collections.abc import Callable, Iterator
from itertools import pairwise
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
from conformance.tools.counts import parse_count

_HASHES = ("md5", "sha1", "sha256", "sha384", "sha512")
_MIN_VERIFIER = 43  # characters (RFC 7636, section 4.1)
_DECIMAL, _HEXADECIMAL = re.compile(r"\d{9,20}(\.\d+)?"), re.compile(r"[0-9a-fA-F]{8,16}")
_CLOCK_UNITS = (1, 1e3, 1e6, 1e9)  # in a second
_NEAR_S = 3600.0  # a random number of ten digits is as near with a probability of 1 to 1,000,000
_MAX_COUNT = 1000  # between the states of two sign-ins that count them


# State and PKCE of C12


def _return_with_state(change: Callable[[str], str]) -> Action:
    """Return an action that sends the person back with a changed state, without one where that is empty."""

    async def act(request: ScenarioRequest, context: ScenarioContext) -> ScenarioResponse | None:
        response = await context.send_to_mock(request)
        location = urlsplit(response.get_header("location"))
        if not location.query:
            return None
        fields = dict(parse_qsl(location.query))
        state = change(fields.pop("state", ""))
        other = {"state": state} if state else {}
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
    counted = [
        PassiveVerdict(build_violation("it counts its states, so that the next one can be computed", values), both)
        for values, both in _find_counted_states([call for call, _ in calls])
    ]
    return (*alone, *reused, *counted)


def _drop_repeats(calls: tuple[ClientCall, ...]) -> tuple[ClientCall, ...]:
    """Return the first of equal requests, which are one sign-in that was tried again."""
    return tuple({call.target: call for call in reversed(calls)}.values())[::-1]


def _find_reuse(calls: list[ClientCall], name: str) -> Iterator[tuple[str, str, str]]:
    """Yield values of a parameter that two sign-ins share, with the ids of both exchanges."""
    first_by_value: dict[str, str] = {}
    for call in calls:
        if value := read_query(call).get(name, ""):
            first = first_by_value.setdefault(value, call.exchange.id)
            if first != call.exchange.id:
                yield value, first, call.exchange.id
                return


def _find_counted_states(calls: list[ClientCall]) -> Iterator[tuple[str, tuple[str, str]]]:
    """Yield two states that are numbers close to each other, with the ids of both exchanges."""
    numbers = [(state, call) for call in calls if (state := parse_count(read_query(call).get("state", ""))) is not None]
    for (first, earlier), (second, later) in pairwise(sorted(numbers, key=lambda pair: pair[0])):
        if 0 < second - first <= _MAX_COUNT:
            yield f"{first}, {second}", (earlier.exchange.id, later.exchange.id)
            return


def _is_clock(state: str, sent_at: float) -> bool:
    """Return whether a state is the time of its request: a count of seconds or of parts of them, also in hex."""
    readings = [float(state)] if _DECIMAL.fullmatch(state) else []
    readings += [float(int(state, 16))] if _HEXADECIMAL.fullmatch(state) else []
    return any(abs(reading / unit - sent_at) < _NEAR_S for reading in readings for unit in _CLOCK_UNITS)


def _judge_authorization(call: ClientCall, trace: Trace) -> Assessment:
    query = read_query(call)
    challenge = query.get("code_challenge", "")
    if query.get("code_challenge_method") != "S256" or not challenge:
        method = f"code_challenge_method={query.get('code_challenge_method', '')}"
        return build_violation("its authorization request has no S256 code challenge", method)
    if not query.get("state"):
        return build_violation("its authorization request has no state")
    if _is_clock(query["state"], call.exchange.sent_at):
        return build_violation("its state is the time, which others can guess", query["state"])
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
    if name := next((name for name, value in query.items() if verifier in _derive_texts(value)), ""):
        return build_violation(f"its code verifier follows from the {name} of its authorization request")
    if len(verifier) < _MIN_VERIFIER:
        return build_violation(f"its code verifier is shorter than {_MIN_VERIFIER} characters", f"{len(verifier)}")
    return PASSED


def _derive_texts(value: str) -> Iterator[str]:
    """Yield what everybody can make of a value: its usual hashes, and itself, as text; also repeated and reversed."""
    content = value.encode()
    yield from (value[::-1], value * 2)
    digests = (hashlib.new(name, content, usedforsecurity=False).digest() for name in _HASHES)
    for made in (content, *digests):
        for text in (made.hex(), base64.urlsafe_b64encode(made).decode(), base64.b64encode(made).decode()):
            yield from (text, text.rstrip("="))


def _hash_verifier(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def read_form(call: ClientCall) -> dict[str, str]:
    """Return the fields of a form in a request body."""
    return dict(parse_qsl(call.body.decode("utf-8", "replace"), keep_blank_values=True))


def read_query(call: ClientCall) -> dict[str, str]:
    """Return the parameters of a query."""
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


def _change_end(state: str) -> str:
    return state[:-1] + ("B" if state[-1:] == "A" else "A")


def _build_state_scenario(name: str, condition: str, change: Callable[[str], str]) -> Scenario:
    return Scenario(
        name,
        "C12",
        "sign_in",
        f"sends the person back {condition}",
        "the code is not redeemed",
        _judge_foreign_state,
        (ConditionRule(match_part(ServerPart.AUTHORIZE), _return_with_state(change)),),
    )


SCENARIOS = (
    _build_state_scenario("state-of-another", "with a state that the client did not send", _change_end),
    _build_state_scenario("state-absent", "without a state", lambda _: ""),
    _build_state_scenario(
        "state-cut-short", "with the first half of the state", lambda state: state[: len(state) // 2]
    ),
    _build_state_scenario("state-longer", "with the state and more behind it", lambda state: f"{state}.1"),
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
)
