"""FLT-07 and PAG-09: a parameter that nobody knows changes nothing; and a list keeps its order when read again."""

from conformance.answers import Answer
from conformance.comparing import differences
from conformance.judging import observed, passed, quote, violated
from conformance.model import Operation, ResourceModel, Verdict
from conformance.probes.arguments import Call, Missing, populated, untested
from conformance.probes.base import IDLE, Need, Probe, Steps, ask, turn
from conformance.probes.differing import lasting
from conformance.probes.page_bounds import formed
from conformance.probes.paging import page_of, parting
from conformance.probes.reading import plain_read
from conformance.probes.unwelcome import call_by
from conformance.subject import Subject

NAME = "evconform_unknown"
# Odd values serve ERR-09 on operations that get no odd cursors; the others get a plain one.
ODD = ("\0", "\u202e\U0001f50c", "9" * 400, "[" * 200, "\ufffe\uffff")
LISTED = ("FLT-07", "PAG-09", "ERR-09")
READ = ("FLT-07", "ERR-09")


def _paged(operation: Operation, model: ResourceModel) -> bool:
    return operation.method == "GET" and operation.pagination is not None


def _unpaged(operation: Operation, model: ResourceModel) -> bool:
    return operation.method == "GET" and operation.pagination is None


def _needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    return (*plain_read(operation, model, IDLE), Need(f"surplus {operation.path}", identity=IDLE))


def surplus(operation: Operation, subject: Subject) -> Steps[None]:
    """FLT-07 of an operation that is not paged: the answer is as without the parameter, or 400."""
    call = yield from call_by(subject.idle, operation, subject)
    if isinstance(call, Missing):
        yield from untested(READ, operation, call)
        return
    plain = yield from ask(operation, call.request())
    value = ODD[turn(operation, len(ODD))]
    answer = yield from ask(operation, call.request((NAME, value)))
    yield from _same(call, plain, answer)


def surplus_in_list(operation: Operation, subject: Subject) -> Steps[None]:
    """FLT-07 and PAG-09: the list read again with a parameter that means nothing has the same items in order."""
    found = yield from populated(operation, subject, subject.idle)
    if isinstance(found, Missing) and subject.idle != subject.spare:
        found = yield from populated(operation, subject, subject.spare)
    if isinstance(found, Missing):
        yield from untested(LISTED, operation, found)
        return
    call, plain = found
    value = "1" if formed(operation, subject.model) else ODD[turn(operation, len(ODD))]
    answer = yield from ask(operation, call.request((NAME, value)))
    there, again = page_of(plain).keys, page_of(answer).keys
    if answer.ok and there == again:
        yield passed(answer, "FLT-07")
    else:
        yield from _same(call, plain, answer)
    if len(there) < 2:
        yield observed(plain, "PAG-09", Verdict.NOT_APPLICABLE, "the list holds fewer than two items")
    elif there == again:
        yield passed(answer, "PAG-09")
    else:
        yield from _same_again(call, plain)


def _same_again(call: Call, plain: Answer) -> Steps[None]:
    """PAG-09 from two reads that are equal in all; items that came or went between them are no matter of order."""
    answer = yield from ask(call.operation, call.request(fresh=True))
    there, again = page_of(plain).keys, page_of(answer).keys
    stayed = [key for key in there if key in set(again)]
    now = [key for key in again if key in set(there)]
    if not answer.ok:
        yield observed(answer, "PAG-09", Verdict.INCONCLUSIVE, f"the second read answers {answer.status}")
    elif stayed == now:
        yield passed(answer, "PAG-09")
    else:
        index = parting(stayed, now)
        yield violated(
            answer,
            "PAG-09",
            "two reads of one list have another order",
            expected=quote(stayed[index : index + 2]),
            actual=quote(now[index : index + 2]),
            also=(plain,),
        )


def _same(call: Call, plain: Answer, answer: Answer) -> Steps[None]:
    """FLT-07 of two answers; what changes by itself does not count."""
    if answer.status == 400 != plain.status:
        yield passed(answer, "FLT-07")
        return
    if 300 <= plain.status < 400 and plain.status == answer.status:
        yield passed(answer, "FLT-07")  # where it leads may differ each time
        return
    if not plain.ok and plain.status == answer.status:
        reason = f"the operation answers {plain.status} with and without it"
        yield observed(answer, "FLT-07", Verdict.NOT_OBSERVABLE, reason)
        return
    if answer.status != plain.status:
        yield from _another_status(plain, answer)
        return
    found = list(differences(plain.json, answer.json))
    if not found:
        yield passed(answer, "FLT-07")
        return
    stayed = yield from lasting(plain, found)
    for each in stayed[:1]:
        yield violated(
            answer,
            "FLT-07",
            "a query parameter that nobody knows changes the answer",
            expected=quote(each.old),
            actual=quote(each.new),
            pointer=each.pointer,
            also=(plain,),
        )
    if not stayed:
        yield passed(answer, "FLT-07")


def _another_status(plain: Answer, answer: Answer) -> Steps[None]:
    odd = "=1" not in answer.exchange.request.target
    if answer.status >= 500 or (odd and 400 <= answer.status < 500):
        reason = f"answered {answer.status}, perhaps for the odd value rather than for the parameter"
        yield observed(answer, "FLT-07", Verdict.NOT_OBSERVABLE, reason)
        return
    yield violated(
        answer,
        "FLT-07",
        "a query parameter that nobody knows changes the answer",
        expected=f"{plain.status} or 400",
        actual=str(answer.status),
        pointer=f"query:{NAME}",
        also=(plain,),
    )


PROBES = (
    Probe("surplus-parameter", LISTED, _paged, _needs, surplus_in_list, rank=2),
    Probe("odd-parameter", READ, _unpaged, _needs, surplus, rank=3),
)
