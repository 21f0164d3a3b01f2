"""AUT-01 to AUT-04 and AUT-10: which credentials a server accepts."""

from collections.abc import Callable, Iterator

import msgspec

from conformance.applicability.selectors import has_scopes, is_public, is_secured
from conformance.evidence.outcomes import fail_case, judge_case, pass_case
from conformance.evidence.payers import ANY_READER, EXPOSED, READER
from conformance.evidence.responses import OperationResponse
from conformance.evidence.subject import Subject
from conformance.model import Effect, Operation, Outcome, Request, ResourceModel, Verdict
from conformance.model.exchange import WRONG_BODY
from conformance.probes.responses.plain_reads import plain_read_needs
from conformance.probes.toolkit.base import Need, Probe, Steps, choose_turn, send
from conformance.probes.toolkit.calls import Missing, find_call, report_untested
from conformance.probes.toolkit.harmless_requests import build_harmless_request, make_wrong_body
from conformance.probes.toolkit.samples import know_ways, try_ways
from conformance.tools.ulid import draw_ulid

# Tokens that nobody has: the first breaks the grammar of RFC 6750 (section 2.1), the second is well-formed.
UNKNOWN_TOKENS = (("a malformed token", "Bearer no token, but words"), ("an unknown token", "Bearer {}"))
TOKEN_PLACES = ("query", "cookie")
_NO_TOKEN = ("a request without a token", "")
_SPELLINGS = ("lower-case", "upper-case")  # of the scheme
_SCHEME_TURNS = 8  # one in so many operations is tested with another scheme with each seed


def is_scoped_write(operation: Operation, model: ResourceModel) -> bool:
    """Return whether a write needs scopes."""
    return has_scopes(operation, model) and not operation.is_safe


def _list_id_reads(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    """Return the reads that find the ids of a path; writes have made-up ids."""
    return plain_read_needs(operation, model, READER)[:-1] if operation.is_safe else ()


def _build_needs(name: str, identity: str, count: int = 1) -> Callable[[Operation, ResourceModel], tuple[Need, ...]]:
    """Return a function of the needs of a probe, `count` requests as an identity beside the reads of ids."""
    return lambda operation, model: (
        *_list_id_reads(operation, model),
        Need(f"{name} {operation.key}", count, identity, sampled=True),
    )


def _public_needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    return (*_list_id_reads(operation, model), Need(f"anonymous {operation.key}", identity=""))


def _build_request(operation: Operation, subject: Subject, identity: str) -> Steps[Request | Missing]:
    """Return a request that succeeds with valid credentials; for a write, one that cannot take effect.

    A read without a known member names one that nobody has: the credentials must be refused before it is looked up.
    """
    if operation.is_safe:
        call = yield from find_call(operation, subject, subject.reader)
        if not isinstance(call, Missing):
            return msgspec.structs.replace(call.build_request(), identity=identity)
    return build_harmless_request(operation, subject, identity)


def _check_refusal(response: OperationResponse, requirement: str, status: int, credential: str) -> Iterator[Outcome]:
    """Check that a request with bad credentials is refused with a status."""
    if response.status == status:
        yield pass_case(response, requirement)
    else:
        yield fail_case(
            response,
            requirement,
            f"{credential} is not refused with {status}",
            expected=str(status),
            actual=str(response.status),
        )


def send_without_token(operation: Operation, subject: Subject) -> Steps[None]:
    """Send a request without a token, and with one of the invalid tokens (AUT-01)."""
    request = yield from _build_request(operation, subject, "")
    if isinstance(request, Missing):
        yield from report_untested(("AUT-01",), operation, request)
        return

    def send_token(token: tuple[str, str]) -> Steps[None]:
        credential, value = token
        if not value:
            yield from _check_refusal((yield from send(operation, request)), "AUT-01", 401, credential)
            return
        token_text = value.format(draw_ulid(subject.make_random("token", operation.key), 0))
        headers = (*request.headers, ("Authorization", token_text))
        named = msgspec.structs.replace(request, headers=headers, invented=(token_text,))
        yield from _check_refusal((yield from send(operation, named)), "AUT-01", 401, credential)

    start = choose_turn(operation, len(UNKNOWN_TOKENS))
    yield from try_ways(UNKNOWN_TOKENS, 1, subject, send_token, start=start, always=(_NO_TOKEN,))


def _build_identity_probe(
    identity: str, requirement: str, status: int, credential: str
) -> Callable[[Operation, Subject], Steps[None]]:
    """Return a probe that sends a request as an identity that must be refused with a status."""

    def run(operation: Operation, subject: Subject) -> Steps[None]:
        request = yield from _build_request(operation, subject, identity)
        if isinstance(request, Missing):
            yield from report_untested((requirement,), operation, request)
            return
        response = yield from send(operation, request)
        if requirement == "AUT-03" and response.status == 404 and _has_unknown_target(request, operation, subject):
            yield from _send_to_existing_resource(response, identity, credential, subject)
        else:
            yield from _check_refusal(response, requirement, status, credential)

    return run


def _has_unknown_target(request: Request, operation: Operation, subject: Subject) -> bool:
    """Return whether a request is about something that does not exist."""
    unknown = build_harmless_request(operation, subject, request.identity)
    return bool(operation.path_parameters) and isinstance(unknown, Request) and unknown.target == request.target


def _send_to_existing_resource(
    response: OperationResponse, identity: str, credential: str, subject: Subject
) -> Steps[None]:
    """Judge AUT-03 if the server looks up the resource before the scope: send a bad body to an existing resource.

    Nothing is sent where the body does not make the write inert, or where the write has graver effects than on data.
    """
    operation = response.operation
    body = "" if operation.is_safe or operation.effect is not Effect.WRITE else make_wrong_body(operation, subject)
    call = (yield from find_call(operation, subject, subject.reader)) if body else Missing("")
    if isinstance(call, Missing) or not body:
        reason = "the server looks for the resource before the scope, and no existing resource is put at risk"
        yield judge_case(response, "AUT-03", Verdict.NOT_OBSERVABLE, reason)
        return
    plain = call.build_request()
    headers = (*plain.headers, ("Content-Type", "application/json"))
    request = msgspec.structs.replace(plain, headers=headers, body=body, identity=identity, inert=WRONG_BODY)
    existing_response = yield from send(operation, request)
    if existing_response.status == 404:
        reason = "a resource that others read does not exist for this identity"
        yield judge_case(existing_response, "AUT-03", Verdict.NOT_OBSERVABLE, reason, also=(response,))
    else:
        yield from _check_refusal(existing_response, "AUT-03", 403, credential)


def send_misplaced_token(operation: Operation, subject: Subject) -> Steps[None]:
    """Send a valid token in the query or in a cookie, where a server must not accept it (AUT-02)."""
    request = yield from _build_request(operation, subject, subject.exposed)
    if isinstance(request, Missing):
        yield from report_untested(("AUT-02",), operation, request)
        return

    def send_token(place: str) -> Steps[None]:
        response = yield from send(operation, msgspec.structs.replace(request, token_in=place))
        if response.status != 401:
            anonymous = yield from send(operation, msgspec.structs.replace(request, identity=""))
            if anonymous.status == response.status:
                reason = f"it returns {response.status} without any token too (AUT-01)"
                yield judge_case(response, "AUT-02", Verdict.NOT_OBSERVABLE, reason, also=(anonymous,))
                return
        yield from _check_refusal(response, "AUT-02", 401, f"a token in the {place}")

    yield from try_ways(TOKEN_PLACES, 1, subject, send_token, start=choose_turn(operation, len(TOKEN_PLACES)))


def send_other_scheme(operation: Operation, subject: Subject) -> Steps[None]:
    """Send a valid token under a scheme that is not Bearer (AUT-01; RFC 6750, section 2.1)."""
    request = yield from _build_request(operation, subject, subject.any_reader)
    if isinstance(request, Missing):
        yield from report_untested(("AUT-01",), operation, request)
        return
    response = yield from send(operation, msgspec.structs.replace(request, token_in="scheme"))  # noqa: S106 - a place
    yield from _check_refusal(response, "AUT-01", 401, "a token under another scheme")


def send_scheme_in_other_case(operation: Operation, subject: Subject) -> Steps[None]:
    """Check that a token under `bearer` or `BEARER` is recognised: it is refused for its scopes alone (AUT-10)."""
    request = yield from _build_request(operation, subject, "noscope")
    if isinstance(request, Missing):
        yield from report_untested(("AUT-10",), operation, request)
        return

    def send_spelling(spelling: str) -> Steps[None]:
        yield from _check_spelling(operation, request, spelling)

    start = choose_turn(operation, len(_SPELLINGS) * _SCHEME_TURNS) // _SCHEME_TURNS
    yield from try_ways(_SPELLINGS, 1, subject, send_spelling, start=start)


def _check_spelling(operation: Operation, request: Request, spelling: str) -> Steps[None]:
    """Check that a token is recognised under one spelling of the scheme."""
    response = yield from send(operation, msgspec.structs.replace(request, token_in=spelling))
    if response.status != 401:
        yield pass_case(response, "AUT-10")
        return
    bearer_response = yield from send(operation, request)
    if bearer_response.status == 401:
        reason = "the token is not accepted under Bearer either"
        yield judge_case(response, "AUT-10", Verdict.NOT_OBSERVABLE, reason, also=(bearer_response,))
    else:
        message = f"a token is not accepted where the scheme Bearer is in {spelling.replace('-', ' ')}"
        yield fail_case(
            response,
            "AUT-10",
            message,
            expected=str(bearer_response.status),
            actual=str(response.status),
            also=(bearer_response,),
        )


def _is_processed(response: OperationResponse) -> bool:
    """Return whether the operation was processed: with success, or for a write with a refusal of its content."""
    refusal = 400 <= response.status < 500 and not response.operation.is_safe
    return response.is_success or refusal or (300 <= response.status < 400 and response.status != 304)


def call_public_operation(operation: Operation, subject: Subject) -> Steps[None]:
    """Check that an operation that needs no token works without one; a write at least refuses a bad body (AUT-04)."""
    request = yield from _build_request(operation, subject, "")
    if isinstance(request, Missing):
        yield from report_untested(("AUT-04",), operation, request)
        return
    response = yield from send(operation, request)
    if response.status in {401, 403}:
        message = "an operation that needs no token refuses requests without one"
        yield fail_case(response, "AUT-04", message, expected="2xx", actual=str(response.status))
    elif _is_processed(response):
        yield pass_case(response, "AUT-04")
    else:
        authorized = yield from send(operation, msgspec.structs.replace(request, identity=subject.reader))
        if authorized.is_success:
            message = "an operation that needs no token only accepts requests with one"
            yield fail_case(
                response, "AUT-04", message, expected="2xx", actual=str(response.status), also=(authorized,)
            )
        else:
            reason = f"it returns {response.status} without a token and {authorized.status} with one"
            yield judge_case(response, "AUT-04", Verdict.NOT_OBSERVABLE, reason, also=(authorized,))


PROBES = (
    Probe(
        "anonymous", ("AUT-01",), is_secured, _build_needs("anonymous", "", 2), send_without_token,
        ways=know_ways(len(UNKNOWN_TOKENS)),
    ),
    Probe(
        "expired-token", ("AUT-01",), is_secured, _build_needs("expired", "expired"),
        _build_identity_probe("expired", "AUT-01", 401, "an expired token"), identities=("expired",),
    ),
    Probe(
        "other-auth-scheme", ("AUT-01",), is_secured, _build_needs("other scheme", ANY_READER),
        send_other_scheme, rank=2, share=_SCHEME_TURNS,
    ),
    Probe(
        "misplaced-token", ("AUT-02",), is_secured, _build_needs("token elsewhere", EXPOSED),
        send_misplaced_token, rank=2, exposes_token=True, ways=know_ways(len(TOKEN_PLACES)),
    ),
    Probe(
        "missing-scope", ("AUT-03",), has_scopes, _build_needs("no scope", "noscope"),
        _build_identity_probe("noscope", "AUT-03", 403, "a token without the scope"), identities=("noscope",),
    ),
    Probe(
        "read-only-scope", ("AUT-03",), is_scoped_write, _build_needs("reading scopes", "readonly"),
        _build_identity_probe("readonly", "AUT-03", 403, "a token that may only read"), identities=("readonly",),
        is_unique_way=True,
    ),
    Probe(
        "scheme-in-other-case", ("AUT-10",), has_scopes, _build_needs("scheme in other case", "noscope"),
        send_scheme_in_other_case, rank=2, identities=("noscope",),
        ways=know_ways(len(_SPELLINGS)), share=_SCHEME_TURNS,
    ),
    Probe("public-operation", ("AUT-04",), is_public, _public_needs, call_public_operation),
)  # fmt: skip
