"""PTH-05 and PTH-06: a header that names another method changes nothing, and lets nobody write."""

import msgspec

from conformance.evidence.outcomes import fail_case, judge_case, pass_case, skip_case
from conformance.evidence.payers import READER
from conformance.evidence.subject import Subject
from conformance.model import Headers, Operation, Request, ResourceModel, Role, Verdict
from conformance.probes.toolkit.base import WHOLE, Need, Probe, Steps, list_own_requests, send
from conformance.probes.toolkit.calls import Missing, report_untested
from conformance.probes.toolkit.harmless_requests import build_harmless_request

_NAMES = ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override")
_READONLY = "readonly"  # an identity that may read and not write


def _name_method(method: str) -> Headers:
    """Return the headers that ask for another method."""
    return tuple((name, method) for name in _NAMES)


def _is_always_tested(operation: Operation, model: ResourceModel) -> bool:
    """Return True: the probe runs once for the API as a whole."""
    return True


def _is_plain_list(operation: Operation) -> bool:
    """Return whether the operation lists resources without any required value."""
    needs_values = any(parameter.required for parameter in operation.parameters) or operation.user_required
    return operation.role is Role.LIST and "{" not in operation.path and not needs_values


def _override_needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    """Return the plain read of a list, and the one with the headers."""
    target = next((o for o in model.operations if _is_plain_list(o)), None)
    return (Need(f"read {target.path}", identity=READER), Need("method override", identity=READER)) if target else ()


def override_read(operation: Operation, subject: Subject) -> Steps[None]:
    """Read a list with the headers that ask for HEAD, which nobody is harmed by (PTH-05)."""
    target = next((o for o in subject.model.operations if _is_plain_list(o)), None)
    if target is None:
        yield skip_case("PTH-05", WHOLE.key, Verdict.NOT_OBSERVABLE, "no list can be read without parameters")
        return
    if not subject.target.may_write:
        reason = "a header that names another method is sent only where writes are allowed (--allow-writes)"
        yield skip_case("PTH-05", WHOLE.key, Verdict.NOT_TESTED, reason)
        return
    plain = yield from send(WHOLE, Request(target.key, "GET", target.path, identity=subject.reader))
    request = Request(WHOLE.key, "GET", target.path, _name_method("HEAD"), identity=subject.reader)
    response = yield from send(WHOLE, request)
    if not (plain.is_success and plain.exchange.response and plain.exchange.response.body):
        reason = f"the plain read returns {plain.status}"
        yield judge_case(response, "PTH-05", Verdict.NOT_OBSERVABLE, reason, also=(plain,))
    elif response.is_success and response.exchange.response and not response.exchange.response.body:
        message = "with a header that names HEAD, GET is treated as HEAD"
        yield fail_case(response, "PTH-05", message, expected="a body", actual="no body", also=(plain,))
    else:
        yield pass_case(response, "PTH-05")


def is_scoped_create(operation: Operation, model: ResourceModel) -> bool:
    """Return whether the operation creates with a scope and a body where a GET lists, without any required value."""
    reader = model.operations_by_key.get(f"GET {operation.path}")
    is_create = operation.role is Role.CREATE and operation.body is not None and bool(operation.scopes)
    return is_create and operation.is_secured and reader is not None and _is_plain_list(reader)


def _write_needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    return (Need(f"override {operation.key}", 2, _READONLY, shared=False),)


def override_write(operation: Operation, subject: Subject) -> Steps[None]:
    """Read a list as POST by header, with a body of the wrong type and a token that may only read (PTH-06).

    Where the body is complained about, the server was about to write.
    """
    write = build_harmless_request(operation, subject, _READONLY)
    if isinstance(write, Missing) or not write.body:
        reason = write if isinstance(write, Missing) else Missing("no invalid body is known")
        yield from report_untested(("PTH-06",), operation, reason)
        return
    plain = msgspec.structs.replace(write, operation="*", method="GET")
    response = yield from send(
        operation, msgspec.structs.replace(plain, headers=(*write.headers, *_name_method("POST")))
    )
    if response.status not in {400, 422} and response.status != 201:
        yield pass_case(response, "PTH-06")
        return
    read_response = yield from send(operation, msgspec.structs.replace(plain, fresh=True))
    if read_response.status == response.status:
        explanation = f"a GET with that body returns {read_response.status} in any case"
        yield judge_case(response, "PTH-06", Verdict.NOT_OBSERVABLE, explanation, also=(read_response,))
    else:
        message = "with a header that names POST, a token that may only read is allowed to write"
        yield fail_case(
            response, "PTH-06", message, expected="as without", actual=str(response.status), also=(read_response,)
        )


PROBES = (
    Probe("method-override", ("PTH-05",), _is_always_tested, _override_needs, override_read, rank=1, is_api_wide=True),
    Probe(
        "method-override-write", ("PTH-06",), is_scoped_create, _write_needs, override_write,
        sends=list_own_requests, identities=(_READONLY,),
    ),
)  # fmt: skip
