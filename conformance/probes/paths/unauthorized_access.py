"""PTH-01 and PTH-02: who may not read a resource does not read it by another method or by another spelling."""

from collections.abc import Callable, Iterator

import msgspec

from conformance.evidence.allowed_methods import find_surplus_methods
from conformance.evidence.disclosures import has_operation_data
from conformance.evidence.outcomes import fail_case, judge_case, pass_case
from conformance.evidence.payers import READER
from conformance.evidence.responses import OperationResponse
from conformance.evidence.subject import Subject
from conformance.model import Effect, Noticed, Operation, Outcome, Request, ResourceModel, Role, Verdict
from conformance.probes.paths.spellings import Spelling, list_spellings
from conformance.probes.responses.plain_reads import plain_read_needs
from conformance.probes.toolkit.base import Need, Probe, Steps, choose_turn, send
from conformance.probes.toolkit.calls import Missing, find_call, report_untested
from conformance.probes.toolkit.samples import know_ways, try_ways

_SPELLINGS = len(list_spellings("/x"))
# Spellings that each identity sends at one operation with each seed.
_ANONYMOUS, _EXPIRED, _NOSCOPE = 2, 5, 3


def is_secured_read(operation: Operation, model: ResourceModel) -> bool:
    """Return whether the operation is a GET without effect that needs a token and shows something."""
    is_read = operation.method == "GET" and operation.effect is Effect.NONE and operation.role is not Role.REDIRECT
    return is_read and operation.is_secured


def _is_scoped_read(operation: Operation, model: ResourceModel) -> bool:
    """Return whether the operation is a secured read that needs a scope."""
    return is_secured_read(operation, model) and bool(operation.scopes)


def _build_needs(name: str, count: int, identity: str) -> Callable[[Operation, ResourceModel], tuple[Need, ...]]:
    return lambda operation, model: (
        *plain_read_needs(operation, model, READER)[:-1],
        Need(f"{name} {operation.key}", count, identity, sampled=True),
    )


def request_without_token(operation: Operation, subject: Subject) -> Steps[None]:
    """Send HEAD and OPTIONS without a token to something that exists (PTH-01)."""
    call = yield from find_call(operation, subject, subject.reader)
    if isinstance(call, Missing):
        yield from report_untested(("PTH-01",), operation, call)
        return
    plain = msgspec.structs.replace(call.build_request(), operation="*", identity="")
    head = yield from send(operation, msgspec.structs.replace(plain, method="HEAD"))
    if head.is_success:
        message = "HEAD without a token returns success"
        yield fail_case(head, "PTH-01", message, expected="401", actual=str(head.status))
    else:
        yield pass_case(head, "PTH-01")
    options = yield from send(operation, msgspec.structs.replace(plain, method="OPTIONS"))
    yield from _check_no_data(options, "PTH-01", "OPTIONS without a token", subject)
    if surplus := find_surplus_methods(options, subject.model):
        note = f"Allow names {', '.join(surplus)}, which the description does not document at {operation.path}"
        yield Noticed("undocumented", note, operation.key)


def _respell(
    size: int, offset: int, identity: str, client: str, always: int
) -> Callable[[Operation, Subject], Steps[None]]:
    """Return a probe of PTH-02 that sends some of the other spellings as an identity that may not read.

    The first `always` of them, `size` in all, are sent every time. Seed 1 begins `offset` spellings after the turn of
    the operation.
    """

    def run(operation: Operation, subject: Subject) -> Steps[None]:
        call = yield from find_call(operation, subject, subject.reader)
        if isinstance(call, Missing):
            yield from report_untested(("PTH-02",), operation, call)
            return
        plain = call.build_request()

        def send_spelling(spelling: Spelling) -> Steps[None]:
            response = yield from send(operation, spelling.apply(plain, identity))
            if has_operation_data(response, subject) and (yield from _is_open(plain, response, identity, subject)):
                return
            yield from _check_no_data(response, "PTH-02", f"a request {client}, with {spelling.oddity},", subject)

        start = choose_turn(operation, _SPELLINGS) + 1 + offset
        spellings = list_spellings(plain.target)
        first, others = spellings[:always], spellings[always:]
        yield from try_ways(others, size - always, subject, send_spelling, start=start, always=first)

    return run


def _is_open(plain: Request, response: OperationResponse, identity: str, subject: Subject) -> Steps[bool]:
    """Return whether the plain spelling shows data to this identity too, after saying so; others then tell nothing."""
    request = msgspec.structs.replace(plain, operation="*", identity=identity, fresh=True)
    plain_response = yield from send(response.operation, request)
    if not has_operation_data(plain_response, subject):
        return False
    reason = "the path in its own spelling shows it too (AUT-01, AUT-03)"
    yield judge_case(response, "PTH-02", Verdict.NOT_OBSERVABLE, reason, also=(plain_response,))
    return True


def _check_no_data(response: OperationResponse, requirement: str, request: str, subject: Subject) -> Iterator[Outcome]:
    """Check that a response shows nothing of the operation; `request` says who sent what."""
    if not response.status:
        yield judge_case(response, requirement, Verdict.NOT_OBSERVABLE, response.exchange.failure)
    elif has_operation_data(response, subject):
        message = f"{request} shows what needs a token with the scope"
        yield fail_case(response, requirement, message, expected="401, 403 or 404", actual=str(response.status))
    else:
        yield pass_case(response, requirement)


def _build_respelling_probe(  # noqa: PLR0913 - all in which the probes of three clients differ
    name: str,
    size: int,
    offset: int,
    identity: str,
    client: str,
    applies: Callable[[Operation, ResourceModel], bool],
    always: int = 0,
) -> Probe:
    """Return the probe of one client that may not read."""
    return Probe(
        name, ("PTH-02",), applies, _build_needs("respelled", size, identity),
        _respell(size, offset, identity, client, always),
        rank=2 if identity else 1, identities=(identity,) if identity else (),
        ways=know_ways(_SPELLINGS - always), sample=size - always,
    )  # fmt: skip


PROBES = (
    Probe(
        "unauthenticated-methods", ("PTH-01",), is_secured_read, _build_needs("other methods", 2, ""),
        request_without_token,
    ),
    # A slash at the end, which routers often take for a route of its own, is sent to every operation.
    _build_respelling_probe("respelled-path", _ANONYMOUS, 0, "", "without a token", is_secured_read, always=1),
    _build_respelling_probe(
        "respelled-path-expired", _EXPIRED, _ANONYMOUS, "expired", "with an expired token", is_secured_read
    ),
    _build_respelling_probe(
        "respelled-path-noscope", _NOSCOPE, _ANONYMOUS + _EXPIRED, "noscope", "with a token without scopes",
        _is_scoped_read,
    ),
)  # fmt: skip
