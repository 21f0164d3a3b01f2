"""AUT-07, AUT-09 and AUT-12: tokens are issued, refreshed and revoked as documented (RFC 6749, RFC 7009)."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlsplit

from conformance.applicability.selectors import is_any_operation
from conformance.evidence.differences import ABSENT
from conformance.evidence.outcomes import fail_case, judge_case, pass_case, quote_json, skip_case
from conformance.evidence.responses import OperationResponse
from conformance.evidence.subject import Subject
from conformance.model import Operation, Outcome, Request, ResourceModel, Role, Verdict
from conformance.model.target import CLIENT
from conformance.probes.toolkit.base import WHOLE, Need, Probe, Steps, send
from conformance.tools.ulid import draw_ulid

_FORM = (("Content-Type", "application/x-www-form-urlencoded"),)
_REVOKE = "revoke_token/"


def _needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    """Return the requests that get, use and refresh tokens."""
    client = Need("oauth", 3, f"full{CLIENT}", shared=False)
    return (client, Need("oauth", 2, "", shared=False))


def _revocation_needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    """Return the requests that get, use, revoke and use a token."""
    client = Need("revocation", 3, f"full{CLIENT}", shared=False)
    return (client, Need("revocation", 2, "", shared=False))


def run_token_flows(operation: Operation, subject: Subject) -> Steps[None]:
    """Get a token and use it; request tokens with invalid credentials."""
    if "full" not in subject.target.clients or not subject.target.token_url:
        reason = "no client id and secret are configured for the identity full"
        for requirement in ("AUT-07", "AUT-09", "AUT-12"):
            yield skip_case(requirement, WHOLE.key, Verdict.NOT_OBSERVABLE, reason)
        return
    yield from _send_wrong_secret(subject)
    token_response = yield from post_form(subject, "", "grant_type=client_credentials")
    yield from check_not_stored(token_response)
    token = yield from _check_token(token_response)
    if not token:
        return
    guarded = find_guarded_read(subject.model)
    if guarded is not None:
        yield from _use_token(guarded, token, good=True)
    yield from _send_invalid_credentials(subject)


def revoke_token(operation: Operation, subject: Subject) -> Steps[None]:
    """Get a token, use it, revoke it without and with the last slash, and use it again.

    A server may keep a token that it has seen in a cache which a revocation does not reach.
    """
    if not urlsplit(subject.target.base_url).path.strip("/"):
        reason = "the API has no base path, so that the gate cannot tell the revocation endpoint from it"
        yield skip_case("AUT-07", WHOLE.key, Verdict.NOT_OBSERVABLE, reason)
        return
    if "full" not in subject.target.clients or not subject.target.token_url:
        return  # `flows` says so
    token = read_token((yield from post_form(subject, "", "grant_type=client_credentials")))
    if not token:
        return
    guarded = find_guarded_read(subject.model)
    if guarded is not None:
        yield from _use_token(guarded, token, good=True)
    form = f"token={quote(token, safe='')}"
    bare = yield from post_form(subject, _REVOKE.rstrip("/"), form)
    yield from _check_status(bare, (405,), "revoking without the last slash")
    revoked = yield from post_form(subject, _REVOKE, form)
    yield from _check_status(revoked, (200, 204), "revoking a token")
    if guarded is not None and revoked.is_success:
        yield from _use_token(guarded, token, good=False)


def find_guarded_read(model: ResourceModel) -> Operation | None:
    """Return a list that needs a token and no values, None where there is none."""
    return next((operation for operation in model.operations if _is_plain_list(operation)), None)


def _is_plain_list(operation: Operation) -> bool:
    """Return whether the operation lists resources without any parameter."""
    needs_values = any(parameter.required for parameter in operation.parameters)
    return operation.role is Role.LIST and operation.is_secured and not needs_values and not operation.user_required


def post_form(
    subject: Subject, beside: str, form: str, identity: str = f"full{CLIENT}", **more: Any
) -> Steps[OperationResponse]:
    """Send a POST to the token endpoint, or to another endpoint beside it."""
    parts = urlsplit(subject.target.token_url)
    path = f"{parts.path.removesuffix('token/').removesuffix('token')}{beside}" if beside else parts.path
    authority = f"{parts.scheme}://{parts.netloc}"
    request = Request(WHOLE.key, "POST", path, _FORM, form.encode(), identity, authority=authority, **more)
    return (yield from send(WHOLE, request))


def _check_token(response: OperationResponse) -> Steps[str]:
    """Check the response with a token (RFC 6749, section 5.1), and return the token; empty where there is none."""
    body = response.json if isinstance(response.json, dict) else {}
    token_type, lifetime, token = body.get("token_type", ABSENT), body.get("expires_in", ABSENT), read_token(response)
    scope = body.get("scope", ABSENT)
    is_bearer, is_positive = str(token_type).lower() == "bearer", isinstance(lifetime, int | float) and lifetime > 0
    complaints = [
        ("the client credentials get no token", bool(token), "access_token", "a token", f"status {response.status}"),
        ("token_type is not Bearer", is_bearer, "token_type", "Bearer", quote_json(token_type)),
        ("scope is not a list with blanks", not _is_comma_list(scope), "scope", "blanks between", quote_json(scope)),
        ("expires_in is not a positive number", is_positive, "expires_in", "a number above 0", quote_json(lifetime)),
    ]
    for message, holds, name, expected, actual in complaints:
        if not holds:
            yield fail_case(response, "AUT-07", message, expected=expected, actual=actual, pointer=f"/{name}")
            break
    else:
        yield pass_case(response, "AUT-07")
    return token


def _is_comma_list(scope: object) -> bool:
    """Return whether the scopes of a token are several names with commas between them (RFC 6749, section 3.3)."""
    return isinstance(scope, str) and all(":" in name for name in scope.split(",")) and "," in scope


def read_token(response: OperationResponse) -> str:
    """Return the access token in a response; empty where there is none."""
    token = response.json.get("access_token") if isinstance(response.json, dict) else None
    return token if response.status == 200 and isinstance(token, str) else ""


def _use_token(guarded: Operation, token: str, *, good: bool) -> Steps[None]:
    """Read with a token that must be accepted (`good`), or must not be any more."""
    headers = (("Authorization", f"Bearer {token}"),)
    response = yield from send(guarded, Request(guarded.key, "GET", guarded.path, headers, identity="", fresh=True))
    about = OperationResponse(response.exchange, WHOLE)
    if good and response.status == 401:
        yield fail_case(about, "AUT-07", "a token just issued is not accepted", expected="not 401", actual="401")
    elif not good:
        yield from _check_status(about, (401,), "a token after its revocation")
    else:
        yield pass_case(about, "AUT-07")


def check_not_stored(response: OperationResponse) -> Iterator[Outcome]:
    """Check that a response with a token forbids caches to store it (AUT-09)."""
    http_response = response.exchange.response
    if http_response is None or not read_token(response):
        yield judge_case(response, "AUT-09", Verdict.NOT_OBSERVABLE, "the response holds no token")
        return
    lines = ", ".join(value for name, value in http_response.headers if name.lower() == "cache-control")
    if "no-store" in {part.strip().lower() for part in lines.split(",")}:
        yield pass_case(response, "AUT-09")
    else:
        message = "a response with a token may be stored by caches"
        pointer = "header:Cache-Control"
        actual = quote_json(lines) if lines else "absent"
        yield fail_case(response, "AUT-09", message, expected="no-store", actual=actual, pointer=pointer)


def _send_wrong_secret(subject: Subject) -> Steps[None]:
    """Check that a client with a wrong secret gets no token (AUT-12)."""
    form = "grant_type=client_credentials"
    response = yield from post_form(subject, "", form, token_in="wrong-secret")  # noqa: S106 - a place
    if read_token(response):
        message = "a client with a wrong secret gets a token"
        yield fail_case(response, "AUT-12", message, expected="401 or 400", actual=str(response.status))
    elif response.status in {400, 401}:
        yield pass_case(response, "AUT-12")
    else:
        yield judge_case(response, "AUT-12", Verdict.NOT_OBSERVABLE, f"answered {response.status}")


def _send_invalid_credentials(subject: Subject) -> Steps[None]:
    """Check that an unknown refresh token and an unknown client are refused (RFC 6749, section 5.2)."""
    stranger = draw_ulid(subject.make_random("refresh"), 0)
    refreshed = yield from post_form(
        subject, "", f"grant_type=refresh_token&refresh_token={stranger}", invented=(stranger,)
    )
    yield from _check_status(refreshed, (400, 401), "a refresh token that does not exist")
    form = f"grant_type=client_credentials&client_id={stranger}&client_secret={stranger}"
    client_response = yield from post_form(subject, "", form, "", invented=(stranger,))
    yield from _check_status(client_response, (400, 401), "a client that does not exist")


def _check_status(response: OperationResponse, expected: tuple[int, ...], action: str) -> Iterator[Outcome]:
    """Check that the status is one of those expected; the token endpoint's own rate limit may prevent that."""
    if response.status in expected:
        yield pass_case(response, "AUT-07")
    elif response.status == 429:
        yield judge_case(response, "AUT-07", Verdict.NOT_OBSERVABLE, "the rate limit of the token endpoint is used up")
    else:
        expected_text = " or ".join(map(str, expected))
        yield fail_case(
            response,
            "AUT-07",
            f"{action} does not give {expected_text}",
            expected=expected_text,
            actual=str(response.status),
        )


PROBES = (
    Probe("oauth", ("AUT-07", "AUT-09", "AUT-12"), is_any_operation, _needs, run_token_flows, rank=2, is_api_wide=True),
    Probe(
        "oauth-revocation",
        ("AUT-07",),
        is_any_operation,
        _revocation_needs,
        revoke_token,
        rank=2,
        is_api_wide=True,
        writes=True,
    ),
)
