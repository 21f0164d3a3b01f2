"""AUT-07: tokens are bought, refreshed and revoked as documented (RFC 6749, RFC 7009)."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlsplit

from conformance.answers import Answer
from conformance.judging import observed, passed, violated, without
from conformance.model import Operation, Outcome, Request, ResourceModel, Role, Verdict
from conformance.model.target import CLIENT
from conformance.probes.base import WHOLE, Need, Probe, Steps, ask
from conformance.subject import Subject
from conformance.ulid import drawn

_FORM = (("Content-Type", "application/x-www-form-urlencoded"),)
_REVOKE = "revoke_token/"


def _always(operation: Operation, model: ResourceModel) -> bool:
    return True


def _needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    client = Need("oauth", 2, f"full{CLIENT}", shared=False)
    return (client, Need("oauth", 2, "", shared=False))


def _revocation_needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    client = Need("revocation", 3, f"full{CLIENT}", shared=False)
    return (client, Need("revocation", 1, "", shared=False))


def flows(operation: Operation, subject: Subject) -> Steps[None]:
    """Buy a token and use it; ask for others with what is not valid."""
    if "full" not in subject.target.clients or not subject.target.token_url:
        reason = "no client id and secret are configured for the identity full"
        yield without("AUT-07", WHOLE.key, Verdict.NOT_OBSERVABLE, reason)
        return
    bought = yield from _post(subject, "", "grant_type=client_credentials")
    token = yield from _bought(bought)
    if not token:
        return
    guarded = next((o for o in subject.model.operations if _plain_list(o)), None)
    if guarded is not None:
        yield from _used(guarded, token, good=True)
    yield from _refused(subject)


def revocation(operation: Operation, subject: Subject) -> Steps[None]:
    """Buy a token, revoke it without and with the last slash, and use it again."""
    if "full" not in subject.target.clients or not subject.target.token_url:
        return  # `flows` says so
    token = _token_of((yield from _post(subject, "", "grant_type=client_credentials")))
    if not token:
        return
    form = f"token={quote(token, safe='')}"
    bare = yield from _post(subject, _REVOKE.rstrip("/"), form)
    yield from _is(bare, (405,), "revoking without the last slash")
    revoked = yield from _post(subject, _REVOKE, form)
    yield from _is(revoked, (200, 204), "revoking a token")
    guarded = next((o for o in subject.model.operations if _plain_list(o)), None)
    if guarded is not None and revoked.ok:
        yield from _used(guarded, token, good=False)


def _plain_list(operation: Operation) -> bool:
    required = any(each.required for each in operation.parameters)
    return operation.role is Role.LIST and operation.secured and not required and not operation.user_required


def _post(subject: Subject, beside: str, form: str, identity: str = f"full{CLIENT}", **more: Any) -> Steps[Answer]:
    """POST to the token endpoint, or to another one beside it."""
    parts = urlsplit(subject.target.token_url)
    path = f"{parts.path.removesuffix('token/').removesuffix('token')}{beside}" if beside else parts.path
    authority = f"{parts.scheme}://{parts.netloc}"
    request = Request(WHOLE.key, "POST", path, _FORM, form.encode(), identity, authority=authority, **more)
    return (yield from ask(WHOLE, request))


def _bought(answer: Answer) -> Steps[str]:
    """The access token of an answer (RFC 6749, section 5.1), empty where it has none."""
    body = answer.json if isinstance(answer.json, dict) else {}
    kind, lifetime, token = body.get("token_type"), body.get("expires_in"), _token_of(answer)
    complaints = [
        ("the client credentials buy no token", bool(token), "/access_token"),
        ("token_type is not Bearer", isinstance(kind, str) and kind.lower() == "bearer", "/token_type"),
        ("expires_in is no positive number", isinstance(lifetime, int | float) and lifetime > 0, "/expires_in"),
    ]
    for message, holds, pointer in complaints:
        if not holds:
            actual = f"status {answer.status}"
            yield violated(answer, "AUT-07", message, expected="RFC 6749, section 5.1", actual=actual, pointer=pointer)
            break
    else:
        yield passed(answer, "AUT-07")
    return token


def _token_of(answer: Answer) -> str:
    token = answer.json.get("access_token") if isinstance(answer.json, dict) else None
    return token if answer.status == 200 and isinstance(token, str) else ""


def _used(guarded: Operation, token: str, *, good: bool) -> Steps[None]:
    """A read with a token that must, or must no longer, be accepted."""
    headers = (("Authorization", f"Bearer {token}"),)
    answer = yield from ask(guarded, Request(guarded.key, "GET", guarded.path, headers, identity="", fresh=True))
    about = Answer(answer.exchange, WHOLE)
    if good and answer.status == 401:
        yield violated(about, "AUT-07", "a token just bought is not accepted", expected="not 401", actual="401")
    elif not good:
        yield from _is(about, (401,), "a token after its revocation")
    else:
        yield passed(about, "AUT-07")


def _refused(subject: Subject) -> Steps[None]:
    """A refresh token that nobody has, and a client that nobody is (RFC 6749, section 5.2)."""
    stranger = drawn(subject.random("refresh"), 0)
    refreshed = yield from _post(
        subject, "", f"grant_type=refresh_token&refresh_token={stranger}", invented=(stranger,)
    )
    yield from _is(refreshed, (400, 401), "a refresh token that nobody has")
    form = f"grant_type=client_credentials&client_id={stranger}&client_secret={stranger}"
    asked = yield from _post(subject, "", form, "", invented=(stranger,))
    yield from _is(asked, (400, 401), "a client that nobody is")


def _is(answer: Answer, expected: tuple[int, ...], what: str) -> Iterator[Outcome]:
    if answer.status in expected:
        yield passed(answer, "AUT-07")
    elif answer.status == 429:
        yield observed(answer, "AUT-07", Verdict.NOT_OBSERVABLE, "the token endpoint's own limit is spent")
    else:
        wanted = " or ".join(map(str, expected))
        yield violated(answer, "AUT-07", f"{what} does not give {wanted}", expected=wanted, actual=str(answer.status))


PROBES = (
    Probe("oauth", ("AUT-07",), _always, _needs, flows, rank=2, whole=True),
    Probe("revocation", ("AUT-07",), _always, _revocation_needs, revocation, rank=2, whole=True, writes=True),
)
