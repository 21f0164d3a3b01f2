"""VER-02, VER-03 and AUT-06 on writes, as far as requests show it that cannot take effect.

Each is refused for one reason anyhow; what is added must be refused for itself, or change nothing of the refusal.
"""

from collections.abc import Iterator

import msgspec

from conformance.applicability.selectors import is_write
from conformance.evidence.outcomes import fail_case, judge_case, pass_case, quote_json
from conformance.evidence.responses import OperationResponse
from conformance.evidence.subject import Subject
from conformance.model import Operation, Outcome, Request, ResourceModel, Verdict
from conformance.probes.toolkit.base import UNPRIVILEGED, Need, Probe, Steps, send
from conformance.probes.toolkit.calls import Missing, report_untested
from conformance.probes.toolkit.harmless_requests import harmless

_VERSION, _NOBODY = "99", "nobody"
_CAUSE = ("type", "title", "detail")  # members of a problem that tell causes apart


def _versioned_needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    return (Need(f"idle versions {operation.key}", 3, UNPRIVILEGED, shared=False),)


def versions(operation: Operation, subject: Subject) -> Steps[None]:
    """VER-02 and VER-03: a write that is refused, in a version that does not exist and in the one that does."""
    request = harmless(operation, subject, subject.unprivileged if operation.is_secured else "")
    if isinstance(request, Missing):
        yield from report_untested(("VER-02", "VER-03"), operation, request)
        return
    plain = yield from send(operation, request)
    name = subject.version_header
    strange = yield from send(operation, _with(request, name, _VERSION))
    yield from _own_refusal(plain, strange, "VER-02", f"version {_VERSION!r} does not exist")
    usual = yield from send(operation, _with(request, name, "2"))
    yield from _alike(plain, usual)


def _with(request: Request, name: str, value: str) -> Request:
    kept = tuple((key, each) for key, each in request.headers if key.lower() != name.lower())
    return msgspec.structs.replace(request, headers=(*kept, (name, value)))


def _own_refusal(plain: OperationResponse, other: OperationResponse, requirement: str, what: str) -> Iterator[Outcome]:
    """Judge whether the other request is refused with 400 for what was added to it."""
    if other.is_success and not plain.is_success:
        message = f"{what}, and a write is taken"
        yield fail_case(other, requirement, message, expected="400", actual=str(other.status), also=(plain,))
    elif other.status == 400 and (plain.status != 400 or _cause(plain) != _cause(other)):
        yield pass_case(other, requirement)
    else:
        reason = f"{what}: answered {other.status}, perhaps for what is wrong with the write besides"
        yield judge_case(other, requirement, Verdict.NOT_OBSERVABLE, reason, also=(plain,))


def _cause(answer: OperationResponse) -> tuple[object, ...]:
    body = answer.json if isinstance(answer.json, dict) else {}
    return tuple(body.get(name) for name in _CAUSE)


def _kind(answer: OperationResponse) -> tuple[object, ...]:
    """Return what distinguishes refusals: the type and the fields that are to blame."""
    body = answer.json if isinstance(answer.json, dict) else {}
    blamed = body.get("field_errors")
    return body.get("type"), sorted(blamed) if isinstance(blamed, dict) else blamed


def _alike(plain: OperationResponse, usual: OperationResponse) -> Iterator[Outcome]:
    """VER-03 of two refusals: they may not differ, and that they agree says nothing of a write that succeeds.

    What is said in words may: it often names the request.
    """
    if plain.status == usual.status and _kind(plain) == _kind(usual):
        reason = "refused alike with and without the version; what succeeds has an effect, and is not asked for twice"
        yield judge_case(usual, "VER-03", Verdict.NOT_OBSERVABLE, reason, also=(plain,))
    else:
        message = "asking for version 2 changes how a write is refused"
        expected, actual = f"{plain.status} {quote_json(_kind(plain))}", f"{usual.status} {quote_json(_kind(usual))}"
        yield fail_case(usual, "VER-03", message, expected=expected, actual=actual, also=(plain,))


def _for_a_user(operation: Operation, model: ResourceModel) -> bool:
    return is_write(operation, model) and bool(operation.user_header) and operation.is_secured


def _user_needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    return (Need(f"idle users {operation.key}", 2 + operation.user_required, shared=False),)


def users(operation: Operation, subject: Subject) -> Steps[None]:
    """AUT-06: a write that is refused, for a user that cannot be one, and for none where one is required.

    It is asked with a token that may write, since the user is looked at after the scopes: where writes are allowed.
    """
    request = harmless(operation, subject, "full")
    if isinstance(request, Missing):
        yield from report_untested(("AUT-06",), operation, request)
        return
    name = operation.user_header
    plain = yield from send(operation, request)
    nonsense = yield from send(operation, _with(request, name, _NOBODY))
    yield from _own_refusal(plain, nonsense, "AUT-06", f"a malformed user in {name}")
    if operation.user_required:
        kept = tuple((key, value) for key, value in request.headers if key != name)
        none = yield from send(operation, msgspec.structs.replace(request, headers=kept))
        yield from _own_refusal(plain, none, "AUT-06", f"no user in {name}")


PROBES = (
    Probe("refused-write-version", ("VER-02", "VER-03"), is_write, _versioned_needs, versions, rank=2),
    Probe("refused-write-user", ("AUT-06",), _for_a_user, _user_needs, users, rank=2, writes=True),
)
