"""AUT-03: a token with every scope except that of a write cannot write.

Tokens without any scope, or with those to read, are refused by servers that take one scope of writing for another, too.
"""

from urllib.parse import quote

import msgspec

from conformance.evidence.outcomes import fail_case, judge_case, pass_case, skip_case
from conformance.evidence.responses import OperationResponse
from conformance.evidence.subject import Subject
from conformance.model import Operation, Outcome, ResourceModel, Verdict
from conformance.model.target import CLIENT
from conformance.probes.authorization.credentials import is_scoped_write
from conformance.probes.authorization.oauth import post_form, read_token
from conformance.probes.toolkit.base import Need, Probe, Steps, send
from conformance.probes.toolkit.calls import Missing, report_untested
from conformance.probes.toolkit.harmless_requests import build_harmless_request

_REQUIREMENT = "AUT-03"
_REFUSALS = frozenset({401, 403})


def _is_bound_to_one_scope(operation: Operation) -> bool:
    """Return whether a write needs exactly one scope, and no reading has it otherwise."""
    has_one = len(operation.security) == 1 and len(operation.scopes) == 1
    return has_one and not any(reading.about in {"scope", "security"} for reading in operation.readings)


def _needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    """Return the purchase of a token, and the write with it."""
    purchase = Need(f"all scopes but one {operation.key}", identity=f"full{CLIENT}", shared=False)
    return (purchase, Need(f"all scopes but one {operation.key}", shared=False))


def write_without_its_scope(operation: Operation, subject: Subject) -> Steps[None]:
    """Send a write that cannot take effect with a token that has all scopes except its own."""
    if "full" not in subject.target.clients or not subject.target.token_url:
        reason = "no client id and secret are configured for the identity full"
        yield skip_case(_REQUIREMENT, operation.key, Verdict.NOT_OBSERVABLE, reason)
        return
    if not _is_bound_to_one_scope(operation):
        reason = "the write needs several scopes, or may need another"
        yield skip_case(_REQUIREMENT, operation.key, Verdict.NOT_APPLICABLE, reason)
        return
    request = build_harmless_request(operation, subject, "full")
    if isinstance(request, Missing):
        yield from report_untested((_REQUIREMENT,), operation, request)
        return
    token = yield from _request_token_without(operation.scopes[0], operation, subject)
    if not token:
        return
    headers = (*request.headers, ("Authorization", f"Bearer {token}"))
    response = yield from send(operation, msgspec.structs.replace(request, headers=headers, fresh=True))
    if response.status in _REFUSALS:
        yield pass_case(response, _REQUIREMENT)
        return
    bare = yield from send(operation, msgspec.structs.replace(request, identity="noscope"))
    yield _judge(response, bare, operation.scopes[0])


def _judge(response: OperationResponse, bare: OperationResponse, scope: str) -> Outcome:
    """Judge a write that is not refused for its scope, beside the same one without any scope.

    A server may look at the target or the body before the scopes, but then it does so with any token.
    """
    if response.is_success or bare.status in _REFUSALS:
        message = "a write accepts a token with all scopes except its own"
        actual = f"{response.status} without {scope}"
        return fail_case(response, _REQUIREMENT, message, expected="403", actual=actual, also=(bare,))
    reason = f"the server returns {bare.status} before it looks at scopes"
    return judge_case(response, _REQUIREMENT, Verdict.NOT_OBSERVABLE, reason, also=(bare,))


def _request_token_without(scope: str, operation: Operation, subject: Subject) -> Steps[str]:
    """Buy a token with all scopes of the description but one; return nothing where others are granted."""
    wanted = {name for other in subject.model.operations for name in other.scopes} - {scope}
    form = f"grant_type=client_credentials&scope={quote(' '.join(sorted(wanted)))}"
    response = yield from post_form(subject, "", form)
    stated = response.json.get("scope") if isinstance(response.json, dict) else None
    granted = set(stated.split()) if isinstance(stated, str) else wanted
    token = read_token(response)
    if token and granted and scope not in granted:
        return token
    reason = "the token endpoint issues no token with all scopes but one"
    yield skip_case(_REQUIREMENT, operation.key, Verdict.NOT_OBSERVABLE, reason)
    return ""


PROBES = (
    Probe(
        "missing-write-scope", (_REQUIREMENT,), is_scoped_write, _needs, write_without_its_scope, rank=2,
        identities=("noscope",),
    ),
)  # fmt: skip
