"""PTH-01 and PTH-02: who may not read a resource does not read it by another method or by another spelling."""

from collections.abc import Callable, Iterator

import msgspec

from conformance.evidence.disclosures import has_operation_data
from conformance.evidence.outcomes import fail_case, judge_case, pass_case
from conformance.evidence.responses import OperationResponse
from conformance.evidence.subject import Subject
from conformance.model import Effect, Operation, Outcome, Profile, ResourceModel, Role, Verdict
from conformance.probes.paths.spellings import list_spellings
from conformance.probes.responses.plain_reads import plain_read_needs
from conformance.probes.toolkit.base import READER, Need, Probe, Steps, choose_turn, send
from conformance.probes.toolkit.calls import Missing, find_call, report_untested

_SPELLINGS = len(list_spellings("/x"))
# Spellings that each identity sends at one operation, from where its turn begins; the rest is sent in `deep`.
_ANONYMOUS, _EXPIRED, _NOSCOPE = range(2), range(2, 7), range(7, 10)


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
        Need(f"{name} {operation.key}", count, identity),
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
        message = "HEAD without a token is answered with success"
        yield fail_case(head, "PTH-01", message, expected="401", actual=str(head.status))
    else:
        yield pass_case(head, "PTH-01")
    options = yield from send(operation, msgspec.structs.replace(plain, method="OPTIONS"))
    yield from _check_no_data(options, "PTH-01", "OPTIONS without a token", subject)


def _respell(turns: range, identity: str, client: str) -> Callable[[Operation, Subject], Steps[None]]:
    """Return a probe of PTH-02 that sends some of the other spellings as an identity that may not read."""

    def run(operation: Operation, subject: Subject) -> Steps[None]:
        call = yield from find_call(operation, subject, subject.reader)
        if isinstance(call, Missing):
            yield from report_untested(("PTH-02",), operation, call)
            return
        plain = call.build_request()
        spellings = list_spellings(plain.target)
        first = choose_turn(operation, _SPELLINGS) + subject.seed
        for index in turns:
            spelling = spellings[(first + index) % _SPELLINGS]
            response = yield from send(operation, spelling.apply(plain, identity))
            yield from _check_no_data(response, "PTH-02", f"a request {client}, with {spelling.oddity},", subject)

    return run


def _check_no_data(response: OperationResponse, requirement: str, request: str, subject: Subject) -> Iterator[Outcome]:
    """Check that a response shows nothing of the operation; `request` says who sent what."""
    if not response.status:
        yield judge_case(response, requirement, Verdict.NOT_OBSERVABLE, response.exchange.failure)
    elif has_operation_data(response, subject):
        message = f"{request} shows what only a token with the scope opens"
        yield fail_case(response, requirement, message, expected="401, 403 or 404", actual=str(response.status))
    else:
        yield pass_case(response, requirement)


PROBES = (
    Probe(
        "unauthenticated-methods", ("PTH-01",), is_secured_read, _build_needs("other methods", 2, ""),
        request_without_token,
    ),
    Probe(
        "respelled-path", ("PTH-02",), is_secured_read, _build_needs("respelled", len(_ANONYMOUS), ""),
        _respell(_ANONYMOUS, "", "without a token"),
    ),
    Probe(
        "respelled-path-expired", ("PTH-02",), is_secured_read, _build_needs("respelled", len(_EXPIRED), "expired"),
        _respell(_EXPIRED, "expired", "with an expired token"), rank=2, identities=("expired",),
    ),
    Probe(
        "respelled-path-noscope", ("PTH-02",), _is_scoped_read, _build_needs("respelled", len(_NOSCOPE), "noscope"),
        _respell(_NOSCOPE, "noscope", "with a token without scopes"), rank=2, identities=("noscope",),
    ),
    Probe(
        "respelled-path-all", ("PTH-02",), is_secured_read, _build_needs("respelled in all ways", _SPELLINGS, ""),
        _respell(range(_SPELLINGS), "", "without a token"), profile=Profile.DEEP, rank=2,
    ),
)  # fmt: skip
