"""Tokens: refreshed once, kept for their life, asked for safely, revoked where they can be (C09 to C13, C23)."""

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

_MANY = 50
_LIFE_S = 36_000


def _form(call: Call) -> dict[str, str]:
    return dict(parse_qsl(call.body.decode("utf-8", "replace"), keep_blank_values=True))


def _query(call: Call) -> dict[str, list[str]]:
    return parse_qs(call.target.partition("?")[2])


def _stops(trace: Trace) -> Found:
    first = trace.touched[0]
    renewed, asked = trace.after(first, Part.TOKEN), trace.api
    told = f"{len(renewed)} token calls and {len(asked)} API calls"
    if len(renewed) > 1 or len(asked) > 2:
        return wrong("it goes on after a 401 that a new token does not mend", f"{told}; at most 1 and 2 are right")
    return Found(RIGHT.verdict, f"{told}; watched for {trace.ended - first.done:.1f} s, until it {trace.ran.how}")


def _renews(trace: Trace) -> Found:
    first = trace.touched[0]
    renewed, replayed = trace.after(first, Part.TOKEN), _replays(trace, first)
    if len(trace.touched) > 1:
        return wrong("it sends the expired token again", f"{len(trace.touched)} requests with it")
    if not renewed:
        return wrong("it asks for no new token after a 401")
    if len(renewed) > 1:
        return wrong("it asks for more than one new token", f"{len(renewed)} token calls")
    if len(replayed) != 1:
        return wrong("it does not send the refused request again, once", f"sent again {len(replayed)} times")
    return went_on(trace)


def _replays(trace: Trace, refused: Call) -> tuple[Call, ...]:
    """The same request sent again, until it succeeds: what is asked for later is asked for on its own account."""
    same = again(trace, refused)
    mended = min((each.done for each in same if 200 <= each.status < 300), default=trace.ended)
    return tuple(each for each in same if each.at < mended)


def _renews_a_person(trace: Trace) -> Found:
    renewed = trace.after(trace.touched[0], Part.TOKEN)
    if renewed and _form(renewed[0]).get("grant_type") != "refresh_token":
        return wrong("it does not use its refresh token", f"grant_type={_form(renewed[0]).get('grant_type')}")
    if trace.after(trace.touched[0], Part.AUTHORIZE):
        return wrong("it sends the person to sign in again, though it has a refresh token")
    return _renews(trace)


def _once_for_all(trace: Trace) -> Found:
    if len(trace.touched) < 2:
        return open_question("its requests came one after the other: never were two of them waiting for a new token")
    renewed = trace.after(trace.touched[0], Part.TOKEN)
    told = f"{len(renewed)} token calls for {len(trace.touched)} requests"
    return Found(RIGHT.verdict, told) if len(renewed) <= 1 else wrong("each request renews the token for itself", told)


def _keeps(trace: Trace) -> Found:
    if len(trace.api) < _MANY:
        return unseen(f"only {len(trace.api)} calls came, of {_MANY}")
    asked = trace.to(Part.TOKEN)
    told = f"{len(asked)} tokens for {len(trace.api)} calls"
    return Found(RIGHT.verdict, told) if len(asked) == 1 else wrong(f"it asks anew within {_LIFE_S:,} s", told)


async def _other_state(asked: Asked, here: Here) -> Answer | None:
    served = await here.serve(asked)
    location = urlsplit(served.header("location"))
    if not location.query:
        return None
    fields = {**dict(parse_qsl(location.query)), "state": "of-somebody-else"}
    return served.with_header(("Location", location._replace(query=urlencode(fields)).geturl()))


def _refuses_state(trace: Trace) -> Found:
    if trace.after(trace.touched[0], Part.TOKEN):
        return wrong("it redeems a code that came with another state")
    return Found(RIGHT.verdict, f"the code was left; watched for {trace.ended - trace.touched[0].done:.1f} s")


def _authorized(everything: Everything) -> tuple[Judged, ...]:
    return tuple(
        Judged(_protected(call, trace), (call.exchange.id,))
        for trace in everything.traces.values()
        for call in trace.to(Part.AUTHORIZE)
    )


def _protected(call: Call, trace: Trace) -> Found:
    query = {name: values[-1] for name, values in _query(call).items()}
    challenge = query.get("code_challenge", "")
    if query.get("code_challenge_method") != "S256" or not challenge:
        told = f"code_challenge_method={query.get('code_challenge_method', '')}"
        return wrong("its authorization request has no S256 code challenge", told)
    if not query.get("state"):
        return wrong("its authorization request has no state")
    codes = [each for each in trace.after(call, Part.TOKEN) if _form(each).get("grant_type") == "authorization_code"]
    if codes and _s256(_form(codes[0]).get("code_verifier", "")) != challenge:
        return wrong("it redeems the code without the verifier of its challenge")
    return RIGHT


def _s256(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def _revoked(everything: Everything) -> tuple[Judged, ...]:
    calls = [call for trace in everything.traces.values() for call in trace.to(Part.REVOKE)]
    return tuple(Judged(_with_slash(call), (call.exchange.id,)) for call in calls)


def _with_slash(call: Call) -> Found:
    right = call.path.endswith("/") and call.method == "POST"
    return RIGHT if right else wrong("it revokes at an address that answers 405", f"{call.method} {call.path}")


def _scopes(everything: Everything) -> tuple[Judged, ...]:
    """Scopes asked for, less those that any request of the client needed."""
    needed = {
        scope
        for trace in everything.traces.values()
        for call in trace.api
        for scope in everything.scopes.get(call.exchange.request.operation, ())
    }
    found = []
    for call in (each for trace in everything.traces.values() for each in trace.to(Part.TOKEN, Part.AUTHORIZE)):
        texts = [_form(call).get("scope", ""), *_query(call).get("scope", ())]
        asked = {scope for text in texts for scope in text.split()}
        if asked:
            spare = sorted(asked - needed)
            verdict = wrong("it asks for scopes that it does not need", " ".join(spare)) if spare else RIGHT
            found.append(Judged(verdict, (call.exchange.id,)))
    return tuple(found)


SCENARIOS = (
    Scenario(
        "refused-for-good",
        "C09",
        "list_vehicles",
        "answers every request 401",
        "at most one refresh and one replay",
        _stops,
        (Rule(lambda asked: asked.part is Part.API, expire(for_good=True)),),
    ),
    Scenario(
        "token-expired",
        "C09",
        "list_vehicles",
        "answers 401 to the first token and accepts the next",
        "one refresh, one replay, and the task goes on",
        _renews,
        (Rule(lambda asked: asked.part is Part.API, expire()),),
    ),
    Scenario(
        "person-token-expired",
        "C09",
        "sign_in",
        "answers 401 to the first token and accepts the next",
        "the refresh token is used once, and the request is sent again",
        _renews_a_person,
        (Rule(lambda asked: asked.part is Part.API, expire()),),
    ),
    Scenario(
        "expired-at-once",
        "C10",
        "read_at_once",
        f"answers {AT_ONCE} requests 401 at the same time",
        "one refresh for all",
        _once_for_all,
        (Rule(on(VEHICLE), expire(together=AT_ONCE)),),
        level=Level.SHOULD,
    ),
    Scenario(
        "many-calls",
        "C11",
        "read_vehicles",
        f"issues a token for {_LIFE_S:,} s",
        f"one token for {_MANY} calls",
        _keeps,
        level=Level.SHOULD,
    ),
    Scenario(
        "state-of-another",
        "C12",
        "sign_in",
        "sends the person back with a state that the client did not send",
        "the code is not redeemed",
        _refuses_state,
        (Rule(to(Part.AUTHORIZE), _other_state),),
    ),
)
PASSIVE = (
    Passive("C12", "PKCE with S256, and state", "no authorization request came", _authorized, "sign_in"),
    Passive("C13", "POST to /o/revoke_token/ with the slash", "no revocation came", _revoked, "revoke_token"),
    Passive("C23", "no scope without a use", "no request for a token named a scope", _scopes),
)
