"""FLT-07 and PAG-09: an unknown parameter changes nothing, and a list keeps its order when read again."""

from collections.abc import Iterator, Sequence

from conformance.applicability.selectors import is_paginated
from conformance.evidence.differences import ValueDifference, find_differences
from conformance.evidence.outcomes import fail_case, judge_case, pass_case, quote_json
from conformance.evidence.payers import ANY_READER
from conformance.evidence.responses import OperationResponse
from conformance.evidence.subject import Subject
from conformance.model import Operation, ResourceModel, Verdict
from conformance.probes.pagination.bounds import has_known_cursor_form
from conformance.probes.responses.plain_reads import plain_read_needs
from conformance.probes.toolkit.base import Need, Probe, Steps, choose_turn, send
from conformance.probes.toolkit.calls import Missing, OperationCall, find_populated_list, report_untested
from conformance.probes.toolkit.page_judgements import report_new_order
from conformance.probes.toolkit.pages import parse_page
from conformance.probes.toolkit.refusals import find_call_as
from conformance.probes.toolkit.samples import know_ways, try_ways
from conformance.probes.toolkit.stillness import has_still_part, report_restless, settle_differences

UNKNOWN_PARAMETER = "evconform_unknown"
# Odd values test ERR-09 on operations that get no odd cursors; the others get a plain value.
ODD_VALUES = ("\0", "\u202e\U0001f50c", "9" * 400, "[" * 200, "\ufffe\uffff")
_PLAIN_VALUES = ("1",)
LIST_REQUIREMENTS = ("FLT-07", "PAG-09", "ERR-09")
READ_REQUIREMENTS = ("FLT-07", "ERR-09")
_REREADS = 3  # of a list whose order changed
_CHANGED = "an unknown query parameter changes the response"


def _is_unpaginated(operation: Operation, model: ResourceModel) -> bool:
    """Return whether the operation is a read without pages."""
    return operation.method == "GET" and operation.pagination is None


def _needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    """Return the plain reads, and the read with an unknown parameter."""
    surplus = Need(f"surplus {operation.path}", identity=ANY_READER, sampled=True)
    return (*plain_read_needs(operation, model, ANY_READER), surplus)


def send_unknown_parameter(operation: Operation, subject: Subject) -> Steps[None]:
    """Check that a read without pages gives the same response with an unknown parameter, or 400 (FLT-07)."""
    call = yield from find_call_as(subject.any_reader, operation, subject)
    if isinstance(call, Missing):
        yield from report_untested(READ_REQUIREMENTS, operation, call)
        return
    plain = yield from send(operation, call.build_request())

    def send_value(value: str) -> Steps[None]:
        response = yield from send(operation, call.build_request((UNKNOWN_PARAMETER, value)))
        yield from _compare_responses(call, plain, response)

    yield from try_ways(ODD_VALUES, 1, subject, send_value, start=choose_turn(operation, len(ODD_VALUES)))


def send_unknown_parameter_to_list(operation: Operation, subject: Subject) -> Steps[None]:
    """Check that a list read again with an unknown parameter has the same items in the same order."""
    populated_list = yield from find_populated_list(operation, subject, subject.any_reader)
    if isinstance(populated_list, Missing):
        yield from report_untested(LIST_REQUIREMENTS, operation, populated_list)
        return
    call, plain = populated_list
    ways = _list_values(operation, subject.model)

    def send_value(value: str) -> Steps[None]:
        response = yield from send(operation, call.build_request((UNKNOWN_PARAMETER, value)))
        yield from _compare_lists(call, plain, response)

    yield from try_ways(ways, 1, subject, send_value, start=choose_turn(operation, len(ways)))


def _list_values(operation: Operation, model: ResourceModel) -> tuple[str, ...]:
    """Return the values of the unknown parameter; a plain one for a list that is sent odd cursors."""
    return _PLAIN_VALUES if has_known_cursor_form(operation, model) else ODD_VALUES


def _compare_lists(call: OperationCall, plain: OperationResponse, response: OperationResponse) -> Steps[None]:
    """Judge FLT-07 and PAG-09 by a list that was read with and without an unknown parameter."""
    keys, second_keys = parse_page(plain).keys, parse_page(response).keys
    if response.is_success and keys == second_keys:
        yield pass_case(response, "FLT-07")
    else:
        yield from _compare_responses(call, plain, response)
    if len(keys) < 2:
        yield judge_case(plain, "PAG-09", Verdict.NOT_APPLICABLE, "the list holds fewer than two items")
    elif keys == second_keys:
        yield pass_case(response, "PAG-09")
    else:
        yield from _compare_order(call, plain)


def _compare_order(call: OperationCall, plain: OperationResponse) -> Steps[None]:
    """Judge PAG-09 with identical reads; items that were added or removed between them do not count.

    An order that the server draws anew differs in each of them; one that follows what changed meanwhile differs once.
    """
    times = 0
    outcome = pass_case(plain, "PAG-09")
    for _ in range(_REREADS):
        response = yield from send(call.operation, call.build_request(fresh=True))
        keys, second_keys = parse_page(plain).keys, parse_page(response).keys
        stayed = [key for key in keys if key in set(second_keys)]
        stayed_again = [key for key in second_keys if key in set(keys)]
        if not response.is_success:
            yield judge_case(response, "PAG-09", Verdict.INCONCLUSIVE, f"the second read gives {response.status}")
            return
        if stayed != stayed_again:
            times, outcome = times + 1, report_new_order((plain, stayed), (response, stayed_again))
        plain = response
    if times == 1:
        reason = "the order of the list changed once in several reads, perhaps with its items"
        outcome = judge_case(plain, "PAG-09", Verdict.INCONCLUSIVE, reason)
    yield outcome


def _compare_responses(call: OperationCall, plain: OperationResponse, response: OperationResponse) -> Steps[None]:
    """Judge FLT-07 by comparing two responses; values that change by themselves do not count."""
    if response.status == 400 != plain.status:
        yield pass_case(response, "FLT-07")
        return
    if 300 <= plain.status < 400 and plain.status == response.status:
        yield pass_case(response, "FLT-07")  # the Location may differ each time
        return
    if not plain.is_success and plain.status == response.status:
        reason = f"the operation returns {plain.status} with and without it"
        yield judge_case(response, "FLT-07", Verdict.NOT_OBSERVABLE, reason)
        return
    if response.status != plain.status:
        yield from _compare_statuses(plain, response)
        return
    settled = yield from settle_differences((plain, response), _compare_bodies)
    for difference in settled.lasting[:1]:
        yield fail_case(
            response,
            "FLT-07",
            _CHANGED,
            expected=quote_json(difference.old),
            actual=quote_json(difference.new),
            pointer=difference.pointer,
            also=(plain,),
        )
    is_still = has_still_part(response, settled.restless)
    yield from report_restless(response, settled.restless, "" if settled.lasting or is_still else "FLT-07")
    if not settled.lasting and is_still:
        yield pass_case(response, "FLT-07")


def _compare_bodies(reads: Sequence[OperationResponse]) -> Iterator[ValueDifference]:
    """Yield the differences of two responses: their statuses, else their bodies."""
    if reads[0].status != reads[1].status:
        yield ValueDifference("", f"status {reads[0].status}", f"status {reads[1].status}")
    else:
        yield from find_differences(reads[0].json, reads[1].json)


def _compare_statuses(plain: OperationResponse, response: OperationResponse) -> Steps[None]:
    """Judge FLT-07 where the statuses differ; an odd value may be the reason for a refusal."""
    odd = "=1" not in response.exchange.request.target
    if response.status >= 500 or (odd and 400 <= response.status < 500):
        reason = f"the response is {response.status}, perhaps because of the odd value and not of the parameter"
        yield judge_case(response, "FLT-07", Verdict.NOT_OBSERVABLE, reason)
        return
    yield fail_case(
        response,
        "FLT-07",
        _CHANGED,
        expected=f"{plain.status} or 400",
        actual=str(response.status),
        pointer=f"query:{UNKNOWN_PARAMETER}",
        also=(plain,),
    )


PROBES = (
    Probe(
        "unknown-parameter-in-list", LIST_REQUIREMENTS, is_paginated, _needs, send_unknown_parameter_to_list, rank=2,
        ways=lambda operation, model: len(_list_values(operation, model)),
    ),
    Probe(
        "unknown-parameter", READ_REQUIREMENTS, _is_unpaginated, _needs, send_unknown_parameter, rank=3,
        ways=know_ways(len(ODD_VALUES)),
    ),
)  # fmt: skip
