"""FLT-01 and FLT-02 with every filter of a list at once: an item that satisfies all of them is shown.

One request tries many filters, each with the value of one item. Where the item is missing, or the request refused, the
filters are halved until one is left.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from conformance.applicability.selectors import has_known_filters
from conformance.evidence.filter_semantics import is_satisfied
from conformance.evidence.outcomes import fail_case, judge_case, pass_case
from conformance.evidence.payers import choose_reader_kind
from conformance.evidence.responses import OperationResponse
from conformance.evidence.subject import Subject
from conformance.model import Filter, Operation, Outcome, ResourceModel, Role, Verdict
from conformance.probes.filters.trials import choose_satisfied_value
from conformance.probes.responses.plain_reads import whole_list_needs
from conformance.probes.toolkit.base import Need, Probe, Steps, send
from conformance.probes.toolkit.calls import Missing, OperationCall, find_populated_list, report_untested
from conformance.probes.toolkit.pages import choose_largest_size, item_key, parse_page, read_whole_list
from conformance.probes.toolkit.repetition import confirm_violations

_REQUIREMENT = "FLT-02"
_MAX_FILTERS = 26  # of one request, whose target must not become too long
_REFUSED, _UNDECIDED = "refused", "undecided"

Condition = tuple[Filter, str]


class _Target(NamedTuple):
    """An item that filtered lists must show, and the call of its list with the largest page."""

    call: OperationCall
    whole: OperationResponse
    item: dict[str, Any]

    @property
    def key(self) -> str:
        """Return the key of the item."""
        return item_key(self.item, self.call.operation)


def _list_filters(operation: Operation) -> list[Filter]:
    """Return the filters of fields of the items themselves."""
    return [f for f in operation.filters if f.field and "[]" not in f.field]


def _has_joint_filters(operation: Operation, model: ResourceModel) -> bool:
    """Return whether a list has several filters on fields of its items."""
    return operation.role is Role.LIST and has_known_filters(operation, model) and len(_list_filters(operation)) > 1


def _needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    """Return the reads of the whole list, and those with all filters."""
    reader = choose_reader_kind(operation, model)
    count = -(-len(_list_filters(operation)) // _MAX_FILTERS)
    return (*whole_list_needs(operation, model, reader), Need(f"all filters {operation.key}", count, reader))


def send_all_filters(operation: Operation, subject: Subject) -> Steps[None]:
    """Read a list with all its filters, each with the value of one item (FLT-02)."""
    populated_list = yield from find_populated_list(operation, subject, subject.choose_reader(operation))
    if isinstance(populated_list, Missing):
        yield from report_untested((_REQUIREMENT,), operation, populated_list)
        return
    call, plain = populated_list
    whole = yield from read_whole_list(call, plain)
    given = {name for name, _ in call.query}
    filters = [query_filter for query_filter in _list_filters(operation) if query_filter.parameter not in given]
    items = [item for _, item in whole.objects]
    candidates = [(item, _choose_conditions(filters, item, items, operation)) for item in items]
    item, conditions = max(candidates, key=lambda candidate: len(candidate[1]), default=({}, []))
    for start in range(0, len(conditions), _MAX_FILTERS):
        yield from _try_conditions(_Target(call, whole, item), conditions[start : start + _MAX_FILTERS])
    yield judge_case(whole, _REQUIREMENT, Verdict.NOT_APPLICABLE, "no item seen gives a value to test with")


def _choose_conditions(
    filters: Sequence[Filter], item: dict[str, Any], items: Sequence[dict[str, Any]], operation: Operation
) -> list[Condition]:
    """Return the filters with values that the item surely satisfies."""
    pairs = ((f, choose_satisfied_value(f, item, items, operation)) for f in filters)
    return [(f, value) for f, value in pairs if value and is_satisfied(f, item, value)]


def _try_conditions(target: _Target, conditions: Sequence[Condition]) -> Steps[None]:
    """Check that a list with all conditions shows the item; otherwise find the one condition that loses it."""
    response, problem = yield from _read(target, conditions)
    if not problem:
        yield pass_case(response, _REQUIREMENT)
        return
    if problem == _UNDECIDED:
        reason = f"the list with all filters returns {response.status}, or is not complete"
        yield judge_case(response, _REQUIREMENT, Verdict.NOT_OBSERVABLE, reason)
        return
    suspects = conditions
    while len(suspects) > 1:
        middle = len(suspects) // 2
        for half in (suspects[:middle], suspects[middle:]):
            answer, half_problem = yield from _read(target, half)
            if half_problem == problem:
                response, suspects = answer, half
                break
        else:
            break
    if (yield from _is_unchanged(target)):
        yield _report(target, response, suspects, problem)
    else:
        reason = "the item changed while its list was filtered"
        yield judge_case(response, _REQUIREMENT, Verdict.INCONCLUSIVE, reason)


def _read(target: _Target, conditions: Sequence[Condition]) -> Steps[tuple[OperationResponse, str]]:
    """Return the filtered list, and what is wrong with it: nothing, a refusal, the key of the missing item."""
    call, pagination = target.call, target.call.operation.pagination
    parameters = ((query_filter.parameter, value) for query_filter, value in conditions)
    response = yield from send(call.operation, call.build_request(*parameters, *choose_largest_size(call.operation)))
    page = parse_page(response)
    if response.status in {400, 404, 422}:
        return response, _REFUSED
    if target.key in page.keys:
        return response, ""
    is_whole = response.is_success and response.has_list and (pagination is None or page.is_last)
    return response, target.key if is_whole else _UNDECIDED


def _is_unchanged(target: _Target) -> Steps[bool]:
    """Return whether a fresh read of the list shows the item as before."""
    request = target.call.build_request_to(target.whole.exchange.request.target, fresh=True)
    again = yield from send(target.call.operation, request)
    return any(item == target.item for _, item in again.objects)


def _report(target: _Target, response: OperationResponse, suspects: Sequence[Condition], problem: str) -> Outcome:
    """Return the violation of one filter, or of several together; several that are refused together decide nothing."""
    names = " and ".join(query_filter.parameter for query_filter, _ in suspects[:3])
    values = "&".join(f"{query_filter.parameter}={value}" for query_filter, value in suspects)
    if problem == _REFUSED and len(suspects) > 1:
        reason = f"{len(suspects)} filters together return {response.status}, each half of them does not"
        return judge_case(response, _REQUIREMENT, Verdict.NOT_OBSERVABLE, reason)
    if problem == _REFUSED:
        message = f"{names} refuses a value that an item has"
        return fail_case(
            response, _REQUIREMENT, message, expected=f"2xx for {values}", actual=str(response.status),
            pointer=f"query:{names}", also=(target.whole,),
        )  # fmt: skip
    together = "leaves out an item that satisfies it" if len(suspects) == 1 else "leave out an item that satisfies all"
    return fail_case(
        response, _REQUIREMENT, f"{names} {together}", expected=f"{target.key} with {values}",
        actual=f"{len(response.items)} other items", pointer=f"query:{suspects[0][0].parameter}", also=(target.whole,),
    )  # fmt: skip


PROBES = (
    Probe(
        "joint-filters", (_REQUIREMENT,), _has_joint_filters, _needs, confirm_violations(send_all_filters), rank=2,
        is_unique_way=True,
    ),
)  # fmt: skip
