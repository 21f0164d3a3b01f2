"""AFT-02: after a write, the filters that the written resource satisfies show it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlencode

from conformance.evidence.filter_semantics import extract_id
from conformance.evidence.outcomes import fail_case, judge_case, pass_case
from conformance.evidence.responses import OperationResponse
from conformance.evidence.subject import Subject
from conformance.evidence.urls import extract_path
from conformance.model import Filter, Location, Operation, Operator, Outcome, ResourceModel, Role, Verdict
from conformance.probes.toolkit.base import Pause, Steps, send
from conformance.probes.toolkit.calls import OperationCall, find_list_operation
from conformance.probes.toolkit.edge_values import WORDS
from conformance.probes.toolkit.list_membership import LAG_S, has_item_at
from conformance.probes.toolkit.pages import parse_page
from conformance.probes.toolkit.write_requests import find_address
from specs.rulebook import is_unlisted_creation

_REQUIREMENT = "AFT-02"
_WORD = re.compile(r"[A-Za-z]\w+", re.ASCII)
Query = Sequence[tuple[str, str]]


def check_created_in_filter(created: OperationResponse, subject: Subject) -> Steps[None]:
    """Check that one filter that the created object fits shows it (AFT-02)."""
    resource = subject.model.resources_by_name.get(created.operation.resource)
    lister = find_list_operation(resource, subject) if resource else None
    path, body = find_address(created, subject), created.json
    is_listed = lister is not None and not is_unlisted_creation(created.operation.key)
    choice = next(_list_filters(lister, body), None) if lister and is_listed and isinstance(body, dict) else None
    if lister is None or choice is None or not path:
        yield judge_case(created, _REQUIREMENT, Verdict.NOT_APPLICABLE, "no filter of its list is known to fit it")
        return
    request = created.exchange.request
    headers = tuple(h for h in request.headers if lister.user_header and h[0] != "Content-Type")
    call = OperationCall(lister, extract_path(request.target), identity=request.identity, headers=headers)
    response = yield from _read_until_shown(call, (choice,), path, subject)
    if not response.is_success or not parse_page(response).is_last:
        yield _report_unseen(created)
    elif has_item_at(response, path, subject):
        yield pass_case(created, _REQUIREMENT)
    else:
        message = f"the filter {choice[0]} does not show the created object that fits it"
        actual = f"{len(response.items)} others"
        yield fail_case(created, _REQUIREMENT, message, expected=path, actual=actual, also=(response,))


def check_changed_in_filters(  # noqa: PLR0913 - a change, what it changed, and where it is looked for
    names: Sequence[str],
    changed: OperationResponse,
    after: OperationResponse,
    call: OperationCall,
    path: str,
    subject: Subject,
) -> Steps[None]:
    """Check that the list shows a resource under the filters that its changed properties satisfy (AFT-02).

    All of them are sent together, and one by one where that does not show the resource. `after` is the read of the
    resource after the change, `names` are the changed properties.
    """
    shown = after.json if after.is_success and isinstance(after.json, dict) else {}
    values = {name: shown[name] for name in names if _is_unambiguous(shown.get(name))}
    queries = dict(_list_filters(call.operation, values))
    if not queries:
        return
    together = yield from _read_until_shown(call, [*queries.items()], path, subject)
    if together.is_success and has_item_at(together, path, subject):
        yield pass_case(changed, _REQUIREMENT)
        return
    current = yield from send(after.operation, after.exchange.request)
    for query in queries.items() if current.json == after.json else ():
        response = yield from _read_until_shown(call, (query,), path, subject)
        if not response.is_success or (not has_item_at(response, path, subject) and not parse_page(response).is_last):
            yield _report_unseen(changed)
        elif not has_item_at(response, path, subject):
            message = f"the filter {query[0]} does not show the changed resource that fits it"
            actual = f"{len(response.items)} others"
            yield fail_case(
                changed, _REQUIREMENT, message, expected=f"{path} with {query[0]}={query[1]}", actual=actual,
                also=(after, response),
            )  # fmt: skip


def _is_unambiguous(value: Any) -> bool:
    """Return whether a value is a link, or one word that no server takes for a list, a pattern or another type."""
    return isinstance(value, str) and ("://" in value or (bool(_WORD.fullmatch(value)) and value not in WORDS))


def has_equality_filter(resource: str, model: ResourceModel) -> bool:
    """Return whether a list of a resource has a filter by equality."""
    lists = (o for o in model.operations if o.role is Role.LIST and o.resource == resource)
    return any(f.field and f.operator is Operator.EQ for operation in lists for f in operation.filters)


def _report_unseen(written: OperationResponse) -> Outcome:
    """Return the outcome for a filtered list that was not seen whole."""
    reason = "the filtered list cannot be read as a whole"
    return judge_case(written, _REQUIREMENT, Verdict.NOT_OBSERVABLE, reason)


def _read_until_shown(call: OperationCall, query: Query, path: str, subject: Subject) -> Steps[OperationResponse]:
    """Read a list with filters, a second time after a pause where it does not show the resource."""
    pagination = call.operation.pagination
    size = [(pagination.size, str(pagination.max_size))] if pagination and pagination.size else []
    target = f"{call.path}?{urlencode([*query, *size], quote_via=quote, safe=':,')}"
    for is_last in (False, True):
        response = yield from send(call.operation, call.build_request_to(target, fresh=True))
        if has_item_at(response, path, subject) or not response.is_success:
            break
        if not is_last:
            yield Pause(LAG_S)
    return response


def _list_filters(lister: Operation, values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield filters with a value that an object with these values fits: by equality, with a plain value or a link."""
    required = {p.name for p in lister.parameters if p.required and p.location is Location.QUERY}
    candidates = [f for f in lister.filters if f.operator is Operator.EQ and f.field in values and not required]
    for candidate in candidates:
        value = values[candidate.field]
        if candidate.by_id_of and isinstance(value, str):
            yield candidate.parameter, extract_id(value)
        elif not candidate.by_id_of and _is_plain(candidate, value):
            yield candidate.parameter, str(value)


def _is_plain(candidate: Filter, value: Any) -> bool:
    return isinstance(value, str) and bool(value) and "://" not in value
