"""PTH-04: the response to TRACE does not show the credentials of the request."""

from conformance.evidence.outcomes import fail_case, pass_case, skip_case
from conformance.evidence.subject import Subject
from conformance.model import Operation, Request, ResourceModel, Role, Verdict
from conformance.probes.toolkit.base import WHOLE, Need, Probe, Steps, UnsafeRequest, send
from conformance.tools.ulid import draw_ulid


def _is_always_tested(operation: Operation, model: ResourceModel) -> bool:
    """Return True: the probe runs once for the API as a whole."""
    return True


def _needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    return (Need("trace", 1, "", shared=False),)


def _find_list(model: ResourceModel) -> Operation | None:
    """Return a list at the root, None where there is none."""
    return next((o for o in model.operations if o.role is Role.LIST and "{" not in o.path), None)


def _list_requests(operation: Operation, model: ResourceModel) -> tuple[UnsafeRequest, ...]:
    """Return the TRACE request; the gate counts the method as unsafe, as it may echo credentials."""
    target = _find_list(model)
    return (UnsafeRequest("TRACE", target.path),) if target else ()


def send_trace(operation: Operation, subject: Subject) -> Steps[None]:
    """Send TRACE with an invented token, and search the answer for it."""
    target = _find_list(subject.model)
    if target is None:
        yield skip_case("PTH-04", WHOLE.key, Verdict.NOT_OBSERVABLE, "the API has no list")
        return
    token = f"evconform-{draw_ulid(subject.make_random('trace'), 0)}"
    headers = (("Authorization", f"Bearer {token}"),)
    inert = "TRACE only returns the request"
    request = Request(WHOLE.key, "TRACE", target.path, headers, identity="", invented=(token,), inert=inert)
    response = yield from send(WHOLE, request)
    body = response.exchange.response.body if response.exchange.response else b""
    if token.encode() in body:
        message = "TRACE returns the credentials of the request"
        yield fail_case(response, "PTH-04", message, expected="405, or no credentials", actual=str(response.status))
    else:
        yield pass_case(response, "PTH-04")


PROBES = (
    Probe("trace", ("PTH-04",), _is_always_tested, _needs, send_trace, rank=3, sends=_list_requests, is_api_wide=True),
)
