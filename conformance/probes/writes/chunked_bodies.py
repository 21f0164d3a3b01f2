"""VAL-11: a body in chunks is read as the same body with its length.

A wrong body shows it without an effect: a server that takes a body in chunks for an empty one complains about other
members than those that are wrong.
"""

from collections.abc import Sequence

import msgspec

from conformance.evidence.field_errors import find_reported_members
from conformance.evidence.outcomes import fail_case, judge_case, pass_case
from conformance.evidence.responses import OperationResponse
from conformance.evidence.subject import Subject
from conformance.model import Request, Role, Verdict
from conformance.model.exchange import CHUNKED
from conformance.probes.toolkit.base import Steps, send
from conformance.probes.toolkit.body_links import resolve_pointer
from conformance.probes.toolkit.write_requests import Write, delete_created
from conformance.probes.writes.body_defects import WrongBody

REQUIREMENT = "VAL-11"
_BODY_REFUSALS = (400, 422)
_LENGTH_REQUIRED = 411


def choose_for_chunks(wrong_bodies: Sequence[WrongBody], write: Write, subject: Subject) -> WrongBody | None:
    """Return the first wrong body whose refusal names other members than that of an empty body; None without one."""
    if write.body is None:
        return None
    from strategies.bodies import schema_of_body  # noqa: PLC0415 - strategies is imported when it is needed

    required = {*resolve_pointer(subject, schema_of_body(write.call.operation)).get("required", ())}
    for wrong in wrong_bodies:
        has_all = isinstance(wrong.body, dict) and {*wrong.alone} <= {*wrong.body}
        if wrong.alone and has_all and (not required or required - {*wrong.alone}):
            return wrong
    return None


def send_in_chunks(wrong: WrongBody, write: Write, subject: Subject) -> Steps[OperationResponse]:
    """Send a wrong body in chunks, and with its length where the refusal does not name what is wrong (VAL-11).

    Return the last response.
    """
    operation = write.call.operation
    chunked = yield from send(operation, _split_body(wrong.request))
    named = find_reported_members(chunked)
    if chunked.status in _BODY_REFUSALS and named and named <= {*wrong.alone}:
        yield pass_case(chunked, REQUIREMENT)
        return chunked
    if chunked.is_success and operation.role is Role.CREATE:
        yield from delete_created(chunked, subject)
    plain = yield from send(operation, wrong.request)
    plain_named = find_reported_members(plain)
    if chunked.status == _LENGTH_REQUIRED:
        yield judge_case(chunked, REQUIREMENT, Verdict.NOT_APPLICABLE, "a length is required for each body")
    elif plain.status not in _BODY_REFUSALS or not plain_named & {*wrong.alone}:
        reason = "the refusal of a wrong body does not say which member is wrong"
        yield judge_case(plain, REQUIREMENT, Verdict.NOT_OBSERVABLE, reason)
    elif chunked.status in {0, 401, 403, 404, 409, 429} or chunked.exchange.is_unavailable:
        yield judge_case(chunked, REQUIREMENT, Verdict.NOT_OBSERVABLE, f"a body in chunks gets {chunked.status}")
    elif (plain.status, plain_named) == (chunked.status, named):
        yield pass_case(chunked, REQUIREMENT)
    else:
        message = "a body in chunks is not read as the same body with its length"
        yield fail_case(
            chunked, REQUIREMENT, message,
            expected=_describe_refusal(plain), actual=_describe_refusal(chunked), also=(plain,),
        )  # fmt: skip
    return plain


def _split_body(request: Request) -> Request:
    return msgspec.structs.replace(request, headers=(*request.headers, CHUNKED))


def _describe_refusal(response: OperationResponse) -> str:
    names = ", ".join(sorted(find_reported_members(response)))
    return f"{response.status} for {names}" if names else str(response.status)
