"""AUT-18 to AUT-20: refresh tokens and codes yield what was authorized, once, for their client (RFC 6749, 7009).

Each response with tokens is judged by AUT-09 too.
"""

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import parse_qs, urlencode, urlsplit

from conformance.applicability.selectors import is_any_operation
from conformance.evidence.outcomes import fail_case, judge_case, pass_case, quote_json, skip_case
from conformance.evidence.responses import OperationResponse
from conformance.evidence.subject import Subject
from conformance.model import Operation, Outcome, Request, ResourceModel, Verdict
from conformance.model.target import CLIENT
from conformance.probes.authorization.oauth import check_not_stored, find_guarded_read, post_form, read_token
from conformance.probes.toolkit.base import WHOLE, Need, Probe, Steps, send

_OWNER, _STRANGER = "full", "readonly"  # clients: of the refresh token, and another one
CALLBACK = "https://example.com/callback"
_REFUSALS = (400, 401)
_TOKENS, _REVOCATION, _CODE, _STORAGE = "AUT-18", "AUT-19", "AUT-20", "AUT-09"


class Tokens(NamedTuple):
    """An access token and the refresh token beside it, with the scopes that the response states.

    `purchase` is the form with the authorization code that they were issued for.
    """

    access: str
    refresh: str
    scopes: frozenset[str]
    purchase: str = ""


def _needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    """Return the requests to the authorization server as the owner, as a stranger and without credentials."""
    return (
        Need("refresh", 4, f"{_OWNER}{CLIENT}", shared=False),
        Need("refresh", 1, f"{_STRANGER}{CLIENT}", shared=False),
        Need("refresh", 1, "", shared=False),
    )


def _revocation_needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    """Return the requests that obtain, refresh and revoke tokens, and those that use them."""
    owner = Need("revoked refresh", 4, f"{_OWNER}{CLIENT}", shared=False)
    return (owner, Need("revoked refresh", 5, "", shared=False))


def use_refresh_token(operation: Operation, subject: Subject) -> Steps[None]:
    """Use a refresh token as another client, then with more scopes than it was issued with (AUT-18); a code twice."""
    wanted = sorted({scope for operation in subject.model.operations for scope in operation.scopes})
    tokens = yield from _sign_in(subject, _TOKENS, _choose_scope(wanted))
    if tokens is None:
        yield skip_case(_CODE, WHOLE.key, Verdict.NOT_OBSERVABLE, "no code is issued unless a person signs in")
        return
    form = urlencode({"grant_type": "refresh_token", "refresh_token": tokens.refresh})
    if _STRANGER in subject.target.clients:
        stolen = yield from post_form(subject, "", form, f"{_STRANGER}{CLIENT}")
        yield from _check_refused(stolen, _TOKENS, "the refresh token of another client")
        if read_token(stolen):
            yield skip_case(_CODE, WHOLE.key, Verdict.NOT_TESTED, "the refresh token is used up by another client")
            return
    widened = yield from post_form(subject, "", f"{form}&{urlencode({'scope': ' '.join(wanted)})}")
    refreshed = widened if read_token(widened) else (yield from post_form(subject, "", form))
    for response in dict.fromkeys((widened, refreshed)):
        yield from _check_width(response, tokens)
    if read_token(refreshed):
        yield from check_not_stored(refreshed)
    again = yield from post_form(subject, "", tokens.purchase)
    yield from _check_refused(again, _CODE, "an authorization code that was used")


def revoke_refresh_token(operation: Operation, subject: Subject) -> Steps[None]:
    """Refresh, revoke the new refresh token, and use it and its access tokens (AUT-19)."""
    first = yield from _sign_in(subject, _REVOCATION, "")
    if first is None:
        return
    refreshed = yield from post_form(subject, "", _refresh_form(first))
    if read_token(refreshed):
        yield from check_not_stored(refreshed)
    second = _read_tokens(refreshed) or Tokens(read_token(refreshed), first.refresh, first.scopes)
    revoked = yield from post_form(subject, "revoke_token/", urlencode({"token": second.refresh}))
    if not second.access or not revoked.is_success:
        reason = f"refreshing returns {refreshed.status}, revoking returns {revoked.status}"
        yield judge_case(revoked, _REVOCATION, Verdict.NOT_OBSERVABLE, reason)
        return
    again = yield from post_form(subject, "", _refresh_form(second))
    yield from _check_refused(again, _REVOCATION, "a revoked refresh token")
    for token, words in ((second.access, "the last"), (first.access, "the first")):
        yield from _check_ended(token, f"{words} access token of a revoked refresh token", subject)


def _choose_scope(scopes: list[str]) -> str:
    """Return a scope beside which there are others of the same beginning, to which a server may widen it first."""
    beginnings = Counter(scope.partition(":")[0] for scope in scopes)
    return max(scopes, key=lambda scope: (beginnings[scope.partition(":")[0]], scope), default="")


def _refresh_form(tokens: Tokens) -> str:
    return urlencode({"grant_type": "refresh_token", "refresh_token": tokens.refresh})


def _sign_in(subject: Subject, requirement: str, scope: str) -> Steps[Tokens | None]:
    """Get tokens by the authorization code grant, where the server grants it without a person; None where not."""
    client = next(iter(subject.seeds.get("client_id", ())), "")
    if _OWNER not in subject.target.clients or not subject.target.token_url or not client:
        reason = "no client id and secret are configured for the identity full"
        yield skip_case(requirement, WHOLE.key, Verdict.NOT_OBSERVABLE, reason)
        return None
    code = yield from request_code(subject, client, **({"scope": scope} if scope else {}))
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK}
    bought = (yield from post_form(subject, "", urlencode(form))) if code else None
    tokens = _read_tokens(bought) if bought else None
    if bought is not None and tokens is not None:
        yield from check_not_stored(bought)
    else:
        yield skip_case(_STORAGE, WHOLE.key, Verdict.NOT_APPLICABLE, "no refresh token is issued")
        reason = "no refresh token is issued unless a person signs in"
        yield skip_case(requirement, WHOLE.key, Verdict.NOT_OBSERVABLE, reason)
    return tokens._replace(purchase=urlencode(form)) if tokens else None


def request_code(subject: Subject, client: str, **more: str) -> Steps[str]:
    """Request an authorization code of user_a; return nothing where a person has to sign in."""
    parts = urlsplit(subject.target.token_url)
    path = f"{parts.path.removesuffix('token/').removesuffix('token')}authorize/"
    query = {"response_type": "code", "client_id": client, "redirect_uri": CALLBACK, "login_hint": "user_a", **more}
    authority, target = f"{parts.scheme}://{parts.netloc}", f"{path}?{urlencode(query)}"
    request = Request(WHOLE.key, "GET", target, identity="", authority=authority, fresh=True)
    response = (yield from send(WHOLE, request)).exchange.response
    location = (response.find_header("location") if response else None) or ""
    return next(iter(parse_qs(urlsplit(location).query).get("code", [])), "")


def _read_tokens(response: OperationResponse) -> Tokens | None:
    """Return the tokens of a response, None where it has no refresh token."""
    body = response.json if isinstance(response.json, dict) else {}
    refresh, scope = body.get("refresh_token"), body.get("scope")
    scopes = frozenset(scope.split()) if isinstance(scope, str) else frozenset()
    return Tokens(read_token(response), refresh, scopes) if isinstance(refresh, str) and refresh else None


def _check_refused(response: OperationResponse, requirement: str, what: str) -> Iterator[Outcome]:
    """Check that a refresh token yields no token; statuses other than those of a refusal decide nothing."""
    if read_token(response):
        yield fail_case(response, requirement, f"{what} yields a token", expected="400 or 401", actual="200")
    elif response.status in _REFUSALS:
        yield pass_case(response, requirement)
    else:
        yield judge_case(response, requirement, Verdict.NOT_OBSERVABLE, f"{what}: answered {response.status}")


def _check_width(response: OperationResponse, issued: Tokens) -> Iterator[Outcome]:
    """Check that a refreshed token has no scope beyond those that were issued (RFC 6749, section 6)."""
    body = response.json if isinstance(response.json, dict) else {}
    stated = body.get("scope")
    if not read_token(response) or not isinstance(stated, str) or not issued.scopes:
        yield judge_case(response, _TOKENS, Verdict.NOT_OBSERVABLE, "the response states no scopes")
        return
    added = sorted({*stated.split()} - issued.scopes)
    if added:
        message = "a refreshed token has scopes that were not issued"
        expected, actual = f"at most {' '.join(sorted(issued.scopes))}", quote_json(added)
        yield fail_case(response, _TOKENS, message, expected=expected, actual=actual, pointer="/scope")
    else:
        yield pass_case(response, _TOKENS)


def _check_ended(token: str, what: str, subject: Subject) -> Steps[None]:
    """Check that an access token is refused, as it should be once its refresh token is revoked."""
    guarded = find_guarded_read(subject.model)
    if guarded is None:
        return
    headers = (("Authorization", f"Bearer {token}"),)
    response = yield from send(guarded, Request(guarded.key, "GET", guarded.path, headers, identity="", fresh=True))
    about = OperationResponse(response.exchange, WHOLE)
    if response.status == 401:
        yield pass_case(about, _REVOCATION)
    elif response.is_success:
        yield judge_case(
            about, _REVOCATION, Verdict.WARN, f"{what} is still accepted", expected="401", actual=str(response.status)
        )
    else:
        yield judge_case(about, _REVOCATION, Verdict.NOT_OBSERVABLE, f"{what}: answered {response.status}")


PROBES = (
    Probe(
        "refresh-token", (_TOKENS, _CODE, _STORAGE), is_any_operation, _needs, use_refresh_token,
        rank=2, is_api_wide=True,
    ),
    Probe(
        "refresh-token-revocation", (_REVOCATION, _STORAGE), is_any_operation, _revocation_needs, revoke_refresh_token,
        rank=2, is_api_wide=True, writes=True,
    ),
)  # fmt: skip
