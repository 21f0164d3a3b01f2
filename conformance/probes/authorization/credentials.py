"""AUT-01 to AUT-04 and AUT-10: which credentials a server accepts."""

from collections.abc import Callable, Iterator

import msgspec

from conformance.applicability.selectors import has_scopes, is_public, is_secured
from conformance.evidence.outcomes import fail_case, judge_case, pass_case
from conformance.evidence.responses import OperationResponse
from conformance.evidence.subject import Subject
from conformance.model import Effect, Operation, Outcome, Profile, Request, ResourceModel, Verdict
from conformance.model.exchange import WRONG_BODY
from conformance.probes.responses.plain_reads import plain_read_needs
from conformance.probes.toolkit.base import READER, UNPRIVILEGED, USER_READER, Need, Probe, Steps, send, turn
from conformance.probes.toolkit.calls import Missing, find_call, report_untested
from conformance.probes.toolkit.harmless_requests import harmless, make_wrong_body
from conformance.tools.ulid import draw_ulid

# Credentials that nobody has: the first breaks the grammar of RFC 6750 (section 2.1), the second is merely unknown.
STRANGERS = (("a malformed token", "Bearer no token, but words"), ("an unknown token", "Bearer {}"))
PLACES = ("query", "cookie")
_SCHEMES = 8  # of so many operations, one is asked under another scheme before the profile deep


def _first(operation: Operation, model: ResourceModel) -> bool:
    return is_secured(operation, model) and turn(operation, _SCHEMES) == 0


def _later(operation: Operation, model: ResourceModel) -> bool:
    return is_secured(operation, model) and turn(operation, _SCHEMES) != 0


def _scoped_write(operation: Operation, model: ResourceModel) -> bool:
    return has_scopes(operation, model) and not operation.is_safe


def _resolving(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    """Return the reads that give a path its ids; those of a write are made up."""
    return plain_read_needs(operation, model, READER)[:-1] if operation.is_safe else ()


def _needs(who: str, identity: str, count: int = 1) -> Callable[[Operation, ResourceModel], tuple[Need, ...]]:
    return lambda operation, model: (
        *_resolving(operation, model),
        Need(f"{who} {operation.key}", count, identity),
    )


def _public_needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    return (*_resolving(operation, model), Need(f"anonymous {operation.key}", identity=""))


def _request(operation: Operation, subject: Subject, identity: str) -> Steps[Request | Missing]:
    """Return a request that succeeds with valid credentials; for a write, one that cannot take effect.

    A read of which no member is known asks for one that nobody has: who may not call it learns not even that.
    """
    if operation.is_safe:
        call = yield from find_call(operation, subject, subject.reader)
        if not isinstance(call, Missing):
            return msgspec.structs.replace(call.build_request(), identity=identity)
    return harmless(operation, subject, identity)


def _refused(answer: OperationResponse, requirement: str, status: int, who: str) -> Iterator[Outcome]:
    if answer.status == status:
        yield pass_case(answer, requirement)
    else:
        yield fail_case(
            answer, requirement, f"{who} is not refused with {status}", expected=str(status), actual=str(answer.status)
        )


def anonymous(operation: Operation, subject: Subject) -> Steps[None]:
    """AUT-01: without a token, and with one of the tokens that nobody has."""
    request = yield from _request(operation, subject, "")
    if isinstance(request, Missing):
        yield from report_untested(("AUT-01",), operation, request)
        return
    yield from _refused((yield from send(operation, request)), "AUT-01", 401, "a request without a token")
    yield from _stranger(operation, request, subject, turn(operation, 2))


def stranger(operation: Operation, subject: Subject) -> Steps[None]:
    """AUT-01: with the other token that nobody has."""
    request = yield from _request(operation, subject, "")
    if isinstance(request, Missing):
        yield from report_untested(("AUT-01",), operation, request)
        return
    yield from _stranger(operation, request, subject, 1 - turn(operation, 2))


def _stranger(operation: Operation, request: Request, subject: Subject, kind: int) -> Steps[None]:
    who, value = STRANGERS[kind]
    token = value.format(draw_ulid(subject.make_random("token", operation.key), 0))
    headers = (*request.headers, ("Authorization", token))
    request = msgspec.structs.replace(request, headers=headers, invented=(token,))
    yield from _refused((yield from send(operation, request)), "AUT-01", 401, who)


def _as(identity: str, requirement: str, status: int, who: str) -> Callable[[Operation, Subject], Steps[None]]:
    """Return a probe that sends a request as an identity that must be refused with a status."""

    def run(operation: Operation, subject: Subject) -> Steps[None]:
        request = yield from _request(operation, subject, identity)
        if isinstance(request, Missing):
            yield from report_untested((requirement,), operation, request)
            return
        answer = yield from send(operation, request)
        if requirement == "AUT-03" and answer.status == 404 and _names_nothing(request, operation, subject):
            yield from _send_to_real_thing(answer, identity, who, subject)
        else:
            yield from _refused(answer, requirement, status, who)

    return run


def _names_nothing(request: Request, operation: Operation, subject: Subject) -> bool:
    """Return whether a request is about something that does not exist."""
    unknown = harmless(operation, subject, request.identity)
    return bool(operation.path_parameters) and isinstance(unknown, Request) and unknown.target == request.target


def _send_to_real_thing(answer: OperationResponse, identity: str, who: str, subject: Subject) -> Steps[None]:
    """Judge AUT-03 where a server looks for the thing before the scope: by a write to a real one, with a wrong body.

    Nothing is risked where the body does not make the write inert, or where it would move more than data.
    """
    operation = answer.operation
    body = "" if operation.is_safe or operation.effect is not Effect.WRITE else make_wrong_body(operation, subject)
    call = (yield from find_call(operation, subject, subject.reader)) if body else Missing("")
    if isinstance(call, Missing) or not body:
        reason = "the server looks for the resource before the scope, and a real one is not risked"
        yield judge_case(answer, "AUT-03", Verdict.NOT_OBSERVABLE, reason)
        return
    plain = call.build_request()
    headers = (*plain.headers, ("Content-Type", "application/json"))
    request = msgspec.structs.replace(plain, headers=headers, body=body, identity=identity, inert=WRONG_BODY)
    real = yield from send(operation, request)
    if real.status == 404:
        reason = "a resource that others read does not exist for this identity"
        yield judge_case(real, "AUT-03", Verdict.NOT_OBSERVABLE, reason, also=(answer,))
    else:
        yield from _refused(real, "AUT-03", 403, who)


def _token_in(nth: int) -> Callable[[Operation, Subject], Steps[None]]:
    """Return a probe of AUT-02: a valid token in the query or a cookie, where a server must not look for it."""

    def run(operation: Operation, subject: Subject) -> Steps[None]:
        request = yield from _request(operation, subject, subject.unprivileged)
        if isinstance(request, Missing):
            yield from report_untested(("AUT-02",), operation, request)
            return
        place = PLACES[(turn(operation, 2) + nth) % 2]
        answer = yield from send(operation, msgspec.structs.replace(request, token_in=place))
        if answer.status != 401:
            without = yield from send(operation, msgspec.structs.replace(request, identity=""))
            if without.status == answer.status:
                reason = f"it answers {answer.status} without any token too (AUT-01)"
                yield judge_case(answer, "AUT-02", Verdict.NOT_OBSERVABLE, reason, also=(without,))
                return
        yield from _refused(answer, "AUT-02", 401, f"a token in the {place}")

    return run


def other_scheme(operation: Operation, subject: Subject) -> Steps[None]:
    """AUT-01: a good token under a scheme that is not Bearer (RFC 6750, section 2.1)."""
    request = yield from _request(operation, subject, subject.user_reader)
    if isinstance(request, Missing):
        yield from report_untested(("AUT-01",), operation, request)
        return
    answer = yield from send(operation, msgspec.structs.replace(request, token_in="scheme"))  # noqa: S106 - a place
    yield from _refused(answer, "AUT-01", 401, "a token under another scheme")


def scheme_in_other_case(operation: Operation, subject: Subject) -> Steps[None]:
    """Check that a token under `bearer` or `BEARER` is known: it is refused for its scopes alone (AUT-10)."""
    request = yield from _request(operation, subject, "noscope")
    if isinstance(request, Missing):
        yield from report_untested(("AUT-10",), operation, request)
        return
    spelling = ("lower-case", "upper-case")[turn(operation, 2 * _SCHEMES) // _SCHEMES]
    response = yield from send(operation, msgspec.structs.replace(request, token_in=spelling))
    if response.status != 401:
        yield pass_case(response, "AUT-10")
        return
    usual = yield from send(operation, request)
    if usual.status == 401:
        reason = "the token is not accepted under Bearer either"
        yield judge_case(response, "AUT-10", Verdict.NOT_OBSERVABLE, reason, also=(usual,))
    else:
        message = f"a token is not accepted where the scheme Bearer is in {spelling.replace('-', ' ')}"
        yield fail_case(
            response, "AUT-10", message, expected=str(usual.status), actual=str(response.status), also=(usual,)
        )


def _is_first_scoped(operation: Operation, model: ResourceModel) -> bool:
    return has_scopes(operation, model) and turn(operation, _SCHEMES) == 0


def _is_later_scoped(operation: Operation, model: ResourceModel) -> bool:
    return has_scopes(operation, model) and turn(operation, _SCHEMES) != 0


def _answers(answer: OperationResponse) -> bool:
    """Whether it is an answer to the operation: success, or of a write what is wrong with it."""
    refusal = 400 <= answer.status < 500 and not answer.operation.is_safe
    return answer.is_success or refusal or (300 <= answer.status < 400 and answer.status != 304)


def public(operation: Operation, subject: Subject) -> Steps[None]:
    """AUT-04: what needs no token answers without one; a write is known by what it says of a bad body."""
    request = yield from _request(operation, subject, "")
    if isinstance(request, Missing):
        yield from report_untested(("AUT-04",), operation, request)
        return
    answer = yield from send(operation, request)
    if answer.status in {401, 403}:
        message = "an operation that needs no token refuses to answer without one"
        yield fail_case(answer, "AUT-04", message, expected="2xx", actual=str(answer.status))
    elif _answers(answer):
        yield pass_case(answer, "AUT-04")
    else:
        known = yield from send(operation, msgspec.structs.replace(request, identity=subject.reader))
        if known.is_success:
            message = "an operation that needs no token answers only with one"
            yield fail_case(answer, "AUT-04", message, expected="2xx", actual=str(answer.status), also=(known,))
        else:
            reason = f"it answers {answer.status} without a token and {known.status} with one"
            yield judge_case(answer, "AUT-04", Verdict.NOT_OBSERVABLE, reason, also=(known,))


PROBES = (
    Probe("anonymous", ("AUT-01",), is_secured, _needs("anonymous", "", 2), anonymous),
    Probe(
        "expired-token", ("AUT-01",), is_secured, _needs("expired", "expired"),
        _as("expired", "AUT-01", 401, "an expired token"), identities=("expired",),
    ),
    Probe("unknown-token", ("AUT-01",), is_secured, _needs("stranger", ""), stranger, profile=Profile.DEEP, rank=2),
    Probe("other-auth-scheme", ("AUT-01",), _first, _needs("other scheme", USER_READER), other_scheme, rank=2),
    Probe(
        "other-auth-scheme-all", ("AUT-01",), _later, _needs("other scheme", USER_READER), other_scheme,
        profile=Profile.DEEP, rank=2,
    ),
    Probe("misplaced-token", ("AUT-02",), is_secured, _needs("token elsewhere", UNPRIVILEGED), _token_in(0), rank=2),
    Probe(
        "misplaced-token-all", ("AUT-02",), is_secured, _needs("token anywhere", UNPRIVILEGED), _token_in(1),
        profile=Profile.DEEP, rank=2,
    ),
    Probe(
        "missing-scope", ("AUT-03",), has_scopes, _needs("no scope", "noscope"),
        _as("noscope", "AUT-03", 403, "a token without the scope"), identities=("noscope",),
    ),
    Probe(
        "read-only-scope", ("AUT-03",), _scoped_write, _needs("reading scopes", "readonly"),
        _as("readonly", "AUT-03", 403, "a token that may only read"), identities=("readonly",),
    ),
    Probe(
        "scheme-in-other-case", ("AUT-10",), _is_first_scoped, _needs("scheme in other case", "noscope"),
        scheme_in_other_case, rank=2, identities=("noscope",),
    ),
    Probe(
        "scheme-in-other-case-all", ("AUT-10",), _is_later_scoped, _needs("scheme in other case", "noscope"),
        scheme_in_other_case, profile=Profile.DEEP, rank=2, identities=("noscope",),
    ),
    Probe("public-operation", ("AUT-04",), is_public, _public_needs, public),
)  # fmt: skip
