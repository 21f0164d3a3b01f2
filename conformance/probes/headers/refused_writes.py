"""VER-02, VER-03 and AUT-06 on writes, as far as requests without effect can show.

Each request is refused for one reason; a header that is added must be refused for itself, or not change the refusal.
"""

from collections.abc import Iterator

import msgspec

from conformance.applicability.selectors import is_write
from conformance.evidence.outcomes import fail_case, judge_case, pass_case, quote_json
from conformance.evidence.payers import UNPRIVILEGED
from conformance.evidence.responses import OperationResponse
from conformance.evidence.subject import Subject
from conformance.model import Operation, Outcome, Request, ResourceModel, Verdict
from conformance.probes.toolkit.base import Need, Probe, Steps, send
from conformance.probes.toolkit.calls import Missing, report_untested
from conformance.probes.toolkit.harmless_requests import build_harmless_request

_UNKNOWN_VERSION, _MALFORMED_USER = "99", "nobody"
_CAUSE_MEMBERS = ("type", "title", "detail")  # members of a problem


def _version_needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    return (Need(f"idle versions {operation.key}", 3, UNPRIVILEGED, shared=False),)


def send_versions(operation: Operation, subject: Subject) -> Steps[None]:
    """Send a refused write in a version that does not exist (VER-02) and in the current one (VER-03)."""
    request = build_harmless_request(operation, subject, subject.unprivileged if operation.is_secured else "")
    if isinstance(request, Missing):
        yield from report_untested(("VER-02", "VER-03"), operation, request)
        return
    plain = yield from send(operation, request)
    name = subject.version_header
    unknown_version = yield from send(operation, _set_header(request, name, _UNKNOWN_VERSION))
    yield from _check_own_refusal(plain, unknown_version, "VER-02", f"version {_UNKNOWN_VERSION!r} does not exist")
    current_version = yield from send(operation, _set_header(request, name, "2"))
    yield from _check_equal_refusals(plain, current_version)


def _set_header(request: Request, name: str, value: str) -> Request:
    """Return the request with a header set or replaced."""
    others = tuple(header for header in request.headers if header[0].lower() != name.lower())
    return msgspec.structs.replace(request, headers=(*others, (name, value)))


def _check_own_refusal(
    plain: OperationResponse, changed: OperationResponse, requirement: str, change: str
) -> Iterator[Outcome]:
    """Check that the changed request is refused with 400 for its change."""
    if changed.is_success and not plain.is_success:
        message = f"{change}, and a write is accepted"
        yield fail_case(changed, requirement, message, expected="400", actual=str(changed.status), also=(plain,))
    elif changed.status == 400 and (plain.status != 400 or _get_cause(plain) != _get_cause(changed)):
        yield pass_case(changed, requirement)
    else:
        reason = f"{change}: answered {changed.status}, perhaps because of another fault of the write"
        yield judge_case(changed, requirement, Verdict.NOT_OBSERVABLE, reason, also=(plain,))


def _get_cause(response: OperationResponse) -> tuple[object, ...]:
    """Return the members of a problem that tell causes apart."""
    body = response.json if isinstance(response.json, dict) else {}
    return tuple(body.get(name) for name in _CAUSE_MEMBERS)


def _get_kind(response: OperationResponse) -> tuple[object, ...]:
    """Return what distinguishes refusals: the problem type and the fields with errors."""
    body = response.json if isinstance(response.json, dict) else {}
    errors = body.get("field_errors")
    return body.get("type"), sorted(errors) if isinstance(errors, dict) else errors


def _check_equal_refusals(plain: OperationResponse, current_version: OperationResponse) -> Iterator[Outcome]:
    """Check that the version does not change a refusal (VER-03); equal refusals say nothing of a write that succeeds.

    Texts may differ: they often name the request.
    """
    if plain.status == current_version.status and _get_kind(plain) == _get_kind(current_version):
        reason = "refused in the same way with and without the version; a successful write is not repeated"
        yield judge_case(current_version, "VER-03", Verdict.NOT_OBSERVABLE, reason, also=(plain,))
    else:
        message = "asking for version 2 changes how a write is refused"
        expected, actual = (
            f"{plain.status} {quote_json(_get_kind(plain))}",
            f"{current_version.status} {quote_json(_get_kind(current_version))}",
        )
        yield fail_case(current_version, "VER-03", message, expected=expected, actual=actual, also=(plain,))


def _is_user_write(operation: Operation, model: ResourceModel) -> bool:
    return is_write(operation, model) and bool(operation.user_header) and operation.is_secured


def _user_needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    return (Need(f"idle users {operation.key}", 2 + operation.user_required, shared=False),)


def send_user_headers(operation: Operation, subject: Subject) -> Steps[None]:
    """Send a refused write for a malformed user, and for none where one is required (AUT-06).

    The token may write, since servers look at the user after the scopes; so it runs only where writes are allowed.
    """
    request = build_harmless_request(operation, subject, "full")
    if isinstance(request, Missing):
        yield from report_untested(("AUT-06",), operation, request)
        return
    name = operation.user_header
    plain = yield from send(operation, request)
    malformed_user = yield from send(operation, _set_header(request, name, _MALFORMED_USER))
    yield from _check_own_refusal(plain, malformed_user, "AUT-06", f"a malformed user in {name}")
    if operation.user_required:
        others = tuple((key, value) for key, value in request.headers if key != name)
        without_user = yield from send(operation, msgspec.structs.replace(request, headers=others))
        yield from _check_own_refusal(plain, without_user, "AUT-06", f"no user in {name}")


PROBES = (
    Probe("refused-write-version", ("VER-02", "VER-03"), is_write, _version_needs, send_versions, rank=2),
    Probe("refused-write-user", ("AUT-06",), _is_user_write, _user_needs, send_user_headers, rank=2, writes=True),
)
