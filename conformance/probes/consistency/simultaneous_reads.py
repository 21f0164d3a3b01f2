"""CON-09: two users who read the same at the same moment get each their own answer.

Each user is a probe of its own, and the two follow one another in the plan, so that both requests are in flight at
once: what a server keeps beside a request, such as the current user, shows in the answer to the other one.
"""

from collections.abc import Callable

from conformance.evidence.outcomes import fail_case, judge_case
from conformance.evidence.responses import OperationResponse
from conformance.evidence.subject import Subject
from conformance.model import Operation, ResourceModel, Role, Verdict
from conformance.probes.authorization.tenancy import is_personal_read
from conformance.probes.consistency.flaky_reads import describe_answer, judge_repetitions, read_answer
from conformance.probes.responses.plain_reads import plain_read_needs
from conformance.probes.toolkit.base import Need, Pause, Probe, Steps, send
from conformance.probes.toolkit.calls import Missing, OperationCall, find_call, report_untested

_REQUIREMENT = "CON-09"


def _is_root_list(operation: Operation, model: ResourceModel) -> bool:
    """Return whether a list without a parent shows each user something else."""
    return operation.role is Role.LIST and "{" not in operation.path and is_personal_read(operation, model)


def _build_needs(reader: str, neighbour: str) -> Callable[[Operation, ResourceModel], tuple[Need, ...]]:
    """Return a function for the needs of one reader: the plain reads of both, and one more of its own."""

    def list_needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
        plain = (need for payer in (reader, neighbour) for need in plain_read_needs(operation, model, payer))
        return (*plain, Need(f"beside another user {operation.key}", identity=reader))

    return list_needs


def _build_steps(reader: str, neighbour: str, pause_s: float) -> Callable[[Operation, Subject], Steps[None]]:
    """Return the steps of one reader; `pause_s` takes a further read out of the neighbour's way."""

    def read_beside_another(operation: Operation, subject: Subject) -> Steps[None]:
        """Read again what the run has read, and once more if the responses differ or belong to the other user."""
        call = yield from find_call(operation, subject, reader)
        if isinstance(call, Missing):
            yield from report_untested((_REQUIREMENT,), operation, call)
            return
        plain = yield from send(operation, call.build_request())
        if not plain.is_success:
            reason = f"the plain read returns {plain.status}"
            yield judge_case(plain, _REQUIREMENT, Verdict.NOT_OBSERVABLE, reason)
            return
        beside = yield from send(operation, call.build_request(fresh=True))
        other = yield from _read_as(neighbour, operation, subject)
        reads = [plain, beside]
        is_shared = other is not None and _has_same_items(plain, other)
        if is_shared or read_answer(beside) != read_answer(plain):
            yield Pause(pause_s)
            reads.append((yield from send(operation, call.build_request(fresh=True))))
        if is_shared and other is not None and not _has_same_items(reads[-1], other):
            yield from _check_alone(call, reads, other, pause_s, subject)
            return
        yield from judge_repetitions(reads)

    return read_beside_another


def _read_as(
    reader: str, operation: Operation, subject: Subject, *, fresh: bool = False
) -> Steps[OperationResponse | None]:
    """Return the plain read of another user, None where that one has nothing to read."""
    call = yield from find_call(operation, subject, reader)
    return None if isinstance(call, Missing) else (yield from send(operation, call.build_request(fresh=fresh)))


def _has_same_items(first: OperationResponse, second: OperationResponse) -> bool:
    """Return whether two responses show the same items, at least one."""
    answer = read_answer(first)
    return any(answer.keys) and answer == read_answer(second)


def _check_alone(
    call: OperationCall, reads: list[OperationResponse], other: OperationResponse, pause_s: float, subject: Subject
) -> Steps[None]:
    """Report a user who gets the answer of another at the same moment, and twice its own when alone.

    What both see may change for both; the other user must go on seeing what it saw.
    """
    _, beside, alone = reads
    yield Pause(pause_s)
    again = yield from send(call.operation, call.build_request(fresh=True))
    yield Pause(pause_s)
    other_again = yield from _read_as(other.exchange.request.identity, call.operation, subject, fresh=True)
    is_kept = other_again is not None and read_answer(other_again) == read_answer(other)
    if is_kept and again.is_success and read_answer(again) == read_answer(alone):
        message = "flaky: two users who read at the same moment get one answer"
        expected, actual = describe_answer(read_answer(alone)), describe_answer(read_answer(beside))
        yield fail_case(beside, _REQUIREMENT, message, expected=expected, actual=actual, also=(alone, again, other))
    else:
        yield from judge_repetitions([*reads, again])


PROBES = tuple(
    Probe(
        f"simultaneous-read-{name}",
        (_REQUIREMENT,),
        _is_root_list,
        _build_needs(reader, neighbour),
        _build_steps(reader, neighbour, pause_s),
        rank=2,
        identities=("user_a", "user_b"),
        is_unique_way=True,
    )
    for name, reader, neighbour, pause_s in (("first", "user_a", "user_b", 0.1), ("second", "user_b", "user_a", 0.4))
)
