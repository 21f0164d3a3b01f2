"""FLT-07 and PAG-09: an unknown parameter changes nothing, and a list keeps its order when read again."""

from conformance.evidence.differences import differences
from conformance.evidence.outcomes import observed, passed, quote, violated
from conformance.evidence.responses import Answer
from conformance.evidence.subject import Subject
from conformance.model import Operation, ResourceModel, Verdict
from conformance.probes.pagination.bounds import formed
from conformance.probes.responses.plain_reads import is_paginated, plain_read
from conformance.probes.toolkit.base import IDLE, Need, Probe, Steps, ask, turn
from conformance.probes.toolkit.calls import Call, Missing, populated, untested
from conformance.probes.toolkit.difference_outcomes import lasting
from conformance.probes.toolkit.pages import page_of, report_new_order
from conformance.probes.toolkit.refusals import call_by

NAME = "evconform_unknown"
# Odd values test ERR-09 on operations that get no odd cursors; the others get a plain value.
ODD = ("\0", "\u202e\U0001f50c", "9" * 400, "[" * 200, "\ufffe\uffff")
LISTED = ("FLT-07", "PAG-09", "ERR-09")
READ = ("FLT-07", "ERR-09")
_CHANGED = "an unknown query parameter changes the response"


def _is_unpaginated(operation: Operation, model: ResourceModel) -> bool:
    """Return whether the operation is a read without pages."""
    return operation.method == "GET" and operation.pagination is None


def _needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    """Return the plain reads, and the read with an unknown parameter."""
    return (*plain_read(operation, model, IDLE), Need(f"surplus {operation.path}", identity=IDLE))


def surplus(operation: Operation, subject: Subject) -> Steps[None]:
    """Check that a read without pages gives the same response with an unknown parameter, or 400 (FLT-07)."""
    call = yield from call_by(subject.idle, operation, subject)
    if isinstance(call, Missing):
        yield from untested(READ, operation, call)
        return
    plain = yield from ask(operation, call.request())
    value = ODD[turn(operation, len(ODD))]
    response = yield from ask(operation, call.request((NAME, value)))
    yield from _compare_responses(call, plain, response)


def surplus_in_list(operation: Operation, subject: Subject) -> Steps[None]:
    """Check that a list read again with an unknown parameter has the same items in the same order."""
    populated_list = yield from populated(operation, subject, subject.idle)
    if isinstance(populated_list, Missing) and subject.idle != subject.spare:
        populated_list = yield from populated(operation, subject, subject.spare)
    if isinstance(populated_list, Missing):
        yield from untested(LISTED, operation, populated_list)
        return
    call, plain = populated_list
    value = "1" if formed(operation, subject.model) else ODD[turn(operation, len(ODD))]
    response = yield from ask(operation, call.request((NAME, value)))
    keys, second_keys = page_of(plain).keys, page_of(response).keys
    if response.ok and keys == second_keys:
        yield passed(response, "FLT-07")
    else:
        yield from _compare_responses(call, plain, response)
    if len(keys) < 2:
        yield observed(plain, "PAG-09", Verdict.NOT_APPLICABLE, "the list holds fewer than two items")
    elif keys == second_keys:
        yield passed(response, "PAG-09")
    else:
        yield from _compare_order(call, plain)


def _compare_order(call: Call, plain: Answer) -> Steps[None]:
    """Judge PAG-09 with an identical second read; items that were added or removed between them do not count."""
    response = yield from ask(call.operation, call.request(fresh=True))
    keys, second_keys = page_of(plain).keys, page_of(response).keys
    stayed = [key for key in keys if key in set(second_keys)]
    stayed_again = [key for key in second_keys if key in set(keys)]
    if not response.ok:
        yield observed(response, "PAG-09", Verdict.INCONCLUSIVE, f"the second read gives {response.status}")
    elif stayed == stayed_again:
        yield passed(response, "PAG-09")
    else:
        yield report_new_order((plain, stayed), (response, stayed_again))


def _compare_responses(call: Call, plain: Answer, response: Answer) -> Steps[None]:
    """Judge FLT-07 by comparing two responses; values that change by themselves do not count."""
    if response.status == 400 != plain.status:
        yield passed(response, "FLT-07")
        return
    if 300 <= plain.status < 400 and plain.status == response.status:
        yield passed(response, "FLT-07")  # the Location may differ each time
        return
    if not plain.ok and plain.status == response.status:
        reason = f"the operation gives {plain.status} with and without it"
        yield observed(response, "FLT-07", Verdict.NOT_OBSERVABLE, reason)
        return
    if response.status != plain.status:
        yield from _compare_statuses(plain, response)
        return
    changed = list(differences(plain.json, response.json))
    if not changed:
        yield passed(response, "FLT-07")
        return
    lasting_differences = yield from lasting(plain, changed)
    for difference in lasting_differences[:1]:
        yield violated(
            response,
            "FLT-07",
            _CHANGED,
            expected=quote(difference.old),
            actual=quote(difference.new),
            pointer=difference.pointer,
            also=(plain,),
        )
    if not lasting_differences:
        yield passed(response, "FLT-07")


def _compare_statuses(plain: Answer, response: Answer) -> Steps[None]:
    """Judge FLT-07 where the statuses differ; an odd value may be the reason for a refusal."""
    odd = "=1" not in response.exchange.request.target
    if response.status >= 500 or (odd and 400 <= response.status < 500):
        reason = f"the response is {response.status}, perhaps because of the odd value and not of the parameter"
        yield observed(response, "FLT-07", Verdict.NOT_OBSERVABLE, reason)
        return
    yield violated(
        response,
        "FLT-07",
        _CHANGED,
        expected=f"{plain.status} or 400",
        actual=str(response.status),
        pointer=f"query:{NAME}",
        also=(plain,),
    )


PROBES = (
    Probe("surplus-parameter", LISTED, is_paginated, _needs, surplus_in_list, rank=2),
    Probe("odd-parameter", READ, _is_unpaginated, _needs, surplus, rank=3),
)
