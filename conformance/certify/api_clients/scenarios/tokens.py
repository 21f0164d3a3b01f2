"""Scenarios of tokens: renewed once, reused for their lifetime, requested safely, revoked (C09 to C13, C23)."""

import base64
import hashlib
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

from conformance.certify.api_clients.comparing import again, went_on
from conformance.certify.api_clients.conditions import Answer, Asked, Here, Rule, expire, on, to
from conformance.certify.api_clients.scenario import Everything, Judged, Passive, Scenario, open_question, unseen, wrong
from conformance.certify.api_clients.tasks import AT_ONCE, VEHICLE
from conformance.certify.api_clients.trace import Call, Part, Trace
from conformance.certify.found import RIGHT, Found
from conformance.model import Level

_MIN_CALLS = 50
_TOKEN_LIFETIME_S = 36_000


def _read_form(call: Call) -> dict[str, str]:
    return dict(parse_qsl(call.body.decode("utf-8", "replace"), keep_blank_values=True))


def _read_query(call: Call) -> dict[str, list[str]]:
    return parse_qs(call.target.partition("?")[2])


def _judge_permanent_refusal(trace: Trace) -> Found:
    first = trace.touched[0]
    renewals = trace.after(first, Part.TOKEN)
    counts = f"{len(renewals)} token requests and {len(trace.api)} API requests"
    if len(renewals) > 1 or len(trace.api) > 2:
        return wrong("it goes on after a new token is refused as well", f"{counts}; at most 1 and 2 are allowed")
    return Found(RIGHT.verdict, f"{counts}; observed for {trace.ended - first.done:.1f} s, until it {trace.ran.how}")


def _judge_renewal(trace: Trace) -> Found:
    first = trace.touched[0]
    renewals, replays = trace.after(first, Part.TOKEN), _list_replays(trace, first)
    if len(trace.touched) > 1:
        return wrong("it sends the expired token again", f"{len(trace.touched)} requests with it")
    if not renewals:
        return wrong("it requests no new token after a 401")
    if len(renewals) > 1:
        return wrong("it requests more than one new token", f"{len(renewals)} token requests")
    if len(replays) != 1:
        return wrong("it does not repeat the refused request exactly once", f"repeated {len(replays)} times")
    return went_on(trace)


def _list_replays(trace: Trace, refused: Call) -> tuple[Call, ...]:
    """Return the repeats of a request until one succeeds; later equal requests have another purpose."""
    repeats = again(trace, refused)
    succeeded_at = min((call.done for call in repeats if 200 <= call.status < 300), default=trace.ended)
    return tuple(call for call in repeats if call.at < succeeded_at)


def _judge_person_renewal(trace: Trace) -> Found:
    renewals = trace.after(trace.touched[0], Part.TOKEN)
    grant = _read_form(renewals[0]).get("grant_type") if renewals else "refresh_token"
    if grant != "refresh_token":
        return wrong("it does not use its refresh token", f"grant_type={grant}")
    if trace.after(trace.touched[0], Part.AUTHORIZE):
        return wrong("it makes the person sign in again, although it has a refresh token")
    return _judge_renewal(trace)


def _judge_shared_renewal(trace: Trace) -> Found:
    if len(trace.touched) < 2:
        return open_question(
            "its requests came one after the other: no two of them needed a new token at the same time"
        )
    renewals = trace.after(trace.touched[0], Part.TOKEN)
    counts = f"{len(renewals)} token requests for {len(trace.touched)} refused requests"
    return Found(RIGHT.verdict, counts) if len(renewals) <= 1 else wrong("it renews the token more than once", counts)


def _judge_token_reuse(trace: Trace) -> Found:
    if len(trace.api) < _MIN_CALLS:
        return unseen(f"only {len(trace.api)} API requests, at least {_MIN_CALLS} needed")
    count = len(trace.to(Part.TOKEN))
    counts = f"{count} token requests for {len(trace.api)} API requests"
    if count == 1:
        return Found(RIGHT.verdict, counts)
    return wrong(f"it requests another token within {_TOKEN_LIFETIME_S:,} s", counts)


async def _change_state(request: Asked, context: Here) -> Answer | None:
    response = await context.serve(request)
    location = urlsplit(response.header("location"))
    if not location.query:
        return None
    fields = {**dict(parse_qsl(location.query)), "state": "of-somebody-else"}
    return response.with_header(("Location", location._replace(query=urlencode(fields)).geturl()))


def _judge_foreign_state(trace: Trace) -> Found:
    if trace.after(trace.touched[0], Part.TOKEN):
        return wrong("it redeems a code that came with another state")
    return Found(RIGHT.verdict, f"the code was not redeemed; observed for {trace.ended - trace.touched[0].done:.1f} s")


def _judge_authorizations(everything: Everything) -> tuple[Judged, ...]:
    return tuple(
        Judged(_judge_authorization(call, trace), (call.exchange.id,))
        for trace in everything.traces.values()
        for call in trace.to(Part.AUTHORIZE)
    )


def _judge_authorization(call: Call, trace: Trace) -> Found:
    query = {name: values[-1] for name, values in _read_query(call).items()}
    challenge = query.get("code_challenge", "")
    if query.get("code_challenge_method") != "S256" or not challenge:
        method = f"code_challenge_method={query.get('code_challenge_method', '')}"
        return wrong("its authorization request has no S256 code challenge", method)
    if not query.get("state"):
        return wrong("its authorization request has no state")
    forms = [_read_form(later) for later in trace.after(call, Part.TOKEN)]
    redeemed = [form for form in forms if form.get("grant_type") == "authorization_code"]
    if redeemed and _hash_verifier(redeemed[0].get("code_verifier", "")) != challenge:
        return wrong("it redeems the code without the verifier of its challenge")
    return RIGHT


def _hash_verifier(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def _judge_revocations(everything: Everything) -> tuple[Judged, ...]:
    calls = [call for trace in everything.traces.values() for call in trace.to(Part.REVOKE)]
    return tuple(Judged(_judge_revocation(call), (call.exchange.id,)) for call in calls)


def _judge_revocation(call: Call) -> Found:
    is_correct = call.path.endswith("/") and call.method == "POST"
    return RIGHT if is_correct else wrong("it revokes at a URL that responds with 405", f"{call.method} {call.path}")


def _judge_scopes(everything: Everything) -> tuple[Judged, ...]:
    """Judge requested scopes: each of them must be needed by some request of the client."""
    needed = {
        scope
        for trace in everything.traces.values()
        for call in trace.api
        for scope in everything.scopes.get(call.exchange.request.operation, ())
    }
    verdicts = []
    for call in (call for trace in everything.traces.values() for call in trace.to(Part.TOKEN, Part.AUTHORIZE)):
        texts = [_read_form(call).get("scope", ""), *_read_query(call).get("scope", ())]
        requested = {scope for text in texts for scope in text.split()}
        if requested:
            unneeded = sorted(requested - needed)
            verdict = wrong("it requests scopes that it does not need", " ".join(unneeded)) if unneeded else RIGHT
            verdicts.append(Judged(verdict, (call.exchange.id,)))
    return tuple(verdicts)


SCENARIOS = (
    Scenario(
        "refused-for-good",
        "C09",
        "list_vehicles",
        "responds to every request with 401",
        "at most one new token and one repeated request",
        _judge_permanent_refusal,
        (Rule(lambda request: request.part is Part.API, expire(for_good=True)),),
    ),
    Scenario(
        "token-expired",
        "C09",
        "list_vehicles",
        "responds with 401 to the first token and accepts the next",
        "one new token, one repeated request, and the task is completed",
        _judge_renewal,
        (Rule(lambda request: request.part is Part.API, expire()),),
    ),
    Scenario(
        "person-token-expired",
        "C09",
        "sign_in",
        "responds with 401 to the first token and accepts the next",
        "the refresh token is used once, and the request is repeated",
        _judge_person_renewal,
        (Rule(lambda request: request.part is Part.API, expire()),),
    ),
    Scenario(
        "expired-at-once",
        "C10",
        "read_at_once",
        f"responds to {AT_ONCE} requests with 401 at the same time",
        "one new token for all of them",
        _judge_shared_renewal,
        (Rule(on(VEHICLE), expire(together=AT_ONCE)),),
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
        (Rule(to(Part.AUTHORIZE), _change_state),),
    ),
)
PASSIVE = (
    Passive(
        "C12", "PKCE with S256, and state", "no authorization request was received", _judge_authorizations, "sign_in"
    ),
    Passive(
        "C13",
        "POST to /o/revoke_token/ with the slash",
        "no revocation was received",
        _judge_revocations,
        "revoke_token",
    ),
    Passive("C23", "only scopes that are needed", "no token request had a scope", _judge_scopes),
)
