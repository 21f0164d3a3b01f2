"""AFT-01 to AFT-04: after a write, lists, parts and repeated reads agree with it.

The probes of creations and updates call these functions between their own requests, so that one write serves both.
"""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from conformance.evidence.containers import parse_moment
from conformance.evidence.differences import ABSENT
from conformance.evidence.json_bodies import parse_json
from conformance.evidence.outcomes import fail_case, judge_case, pass_case, quote_json
from conformance.evidence.responses import OperationResponse, find_reader
from conformance.evidence.subject import Subject
from conformance.evidence.urls import extract_path, strip_base_url
from conformance.model import Location, Operation, Request, ResourceModel, Role, Verdict
from conformance.probes.toolkit.base import Pause, Steps, send
from conformance.probes.toolkit.calls import OperationCall, find_list_operation
from conformance.probes.toolkit.list_membership import LAG_S, has_item_at
from conformance.probes.toolkit.pages import parse_page
from conformance.probes.toolkit.write_requests import find_address
from conformance.probes.writes.stored_values import find_changed_values
from conformance.tools.link_header import BLANK_TARGET

CREATION_REQUIREMENTS = ("AFT-01", "AFT-02", "AFT-03")
UPDATE_REQUIREMENTS = ("AFT-02", "AFT-04")
_MAX_PAGES = 3  # of the largest size, that a list may have to be counted
_MAX_PARTS = 8  # of a resource that are read before and after its deletion
_READS = 4  # of a changed resource in a row
_SAME_MOMENT = timedelta(seconds=2)  # in which one POST creates all that it creates
Members = Mapping[str, dict[str, Any]]
"""The members of a collection by the path of each."""


def read_members(write: Request, resource_name: str, subject: Subject) -> Steps[Members | None]:
    """Read the whole list of the collection that a POST adds to; None where that is too long or cannot be read."""
    resource = subject.model.resources_by_name.get(resource_name)
    lister = find_list_operation(resource, subject) if resource else None
    if lister is None:
        return None
    size = lister.pagination.size if lister.pagination else ""
    query = f"?{size}={lister.pagination.max_size}" if size and lister.pagination else ""
    target: str | None = extract_path(write.target) + query
    headers = tuple(h for h in write.headers if lister.user_header and h[0] != "Content-Type")
    members: dict[str, dict[str, Any]] = {}
    for _ in range(_MAX_PAGES):
        response = yield from send(
            lister, Request(lister.key, "GET", target or "", headers, identity=write.identity, fresh=True)
        )
        if not response.is_success:
            return None
        for _, item in response.objects:
            path = strip_base_url(subject.target.base_url, str(item.get("url", "")))
            members[path or str(len(members))] = item
        url = parse_page(response).next or BLANK_TARGET
        target = None if url == BLANK_TARGET else strip_base_url(subject.target.base_url, url)
        if target is None:
            return members
    return None


def find_oldest(before: Members | None, write: Request, subject: Subject) -> Steps[OperationResponse | None]:
    """Read the first member of a list before a POST; None where there is none, or it is listed and gone."""
    path = next(iter(before or {}), "")
    reader = find_reader(path, subject.model) if path.startswith("/") else None
    if reader is None:
        return None
    response = yield from send(reader, Request(reader.key, "GET", path, identity=write.identity, fresh=True))
    return response if response.is_success else None


def check_one_more(
    created: OperationResponse, before: Members | None, oldest: OperationResponse | None, subject: Subject
) -> Steps[None]:
    """Check that a POST adds the created object once, and takes nothing away (AFT-01).

    A list that lags may have shown what was gone already: only the oldest member that could be read counts as lost.
    """
    if oldest is not None:
        later = yield from send(oldest.operation, oldest.exchange.request)
        if later.status in {404, 410}:
            message = "a POST adds a member, and an older one is gone"
            actual = f"{later.status} at {oldest.exchange.request.target}"
            yield fail_case(created, "AFT-01", message, expected="200", actual=actual, also=(oldest, later))
    if before is None:
        yield judge_case(created, "AFT-01", Verdict.NOT_OBSERVABLE, "the list cannot be read as a whole")
        return
    path = find_address(created, subject)
    for is_last in (False, True):
        after = yield from read_members(created.exchange.request, created.operation.resource, subject)
        new = {member: item for member, item in (after or {}).items() if member not in before}
        sent = parse_json(created.exchange.request.body)
        copies = [
            m
            for m, item in new.items()
            if m == path or _is_copy(item, new.get(path)) or _is_twin(item, new.get(path), sent)
        ]
        if len(copies) == 1 or is_last:
            break
        yield Pause(LAG_S)
    if after is None:
        yield judge_case(created, "AFT-01", Verdict.NOT_OBSERVABLE, "the list cannot be read as a whole")
    elif len(copies) > 1:
        message = "one POST adds several members with the values sent"
        yield fail_case(created, "AFT-01", message, expected="1", actual=f"{len(copies)}: {', '.join(copies)}")
    elif copies:
        yield pass_case(created, "AFT-01")
    else:
        yield judge_case(created, "AFT-01", Verdict.NOT_APPLICABLE, "the list does not show the created object")


def _is_copy(item: Mapping[str, Any], created: Mapping[str, Any] | None) -> bool:
    """Return whether a new member shows the values of the created one, except for id, URL and times."""
    if created is None or item.keys() != created.keys():
        return False
    own = {str(created.get("id", "")), str(created.get("url", ""))} - {""}
    differing = {name for name in item if item[name] != created[name]} - {"id", "url"}
    return all(name.endswith("_at") or any(text in str(created[name]) for text in own) for name in differing)


def _is_twin(item: Mapping[str, Any], created: Mapping[str, Any] | None, sent: Any) -> bool:
    """Return whether a new member shows everything that was sent, and was made in the same moment as the created one.

    What the server chooses itself, such as a serial number, may differ between two that one POST made.
    """
    if created is None or not isinstance(sent, dict) or item.keys() != created.keys():
        return False
    shown = {name: value for name, value in sent.items() if name in item and name not in {"id", "url"}}
    moment, other = (parse_moment(member.get("created_at")) for member in (item, created))
    if not shown or moment is None or other is None or abs(moment - other) > _SAME_MOMENT:
        return False
    return not any(find_changed_values(shown, dict(item)))


def list_parts(item_path: str, model: ResourceModel) -> tuple[Operation, ...]:
    """Return the reads of the lists and singletons directly below a resource that need nothing but its id."""
    parts = [
        operation
        for operation in model.operations
        if operation.method == "GET"
        and operation.role in {Role.LIST, Role.SINGLETON}
        and operation.path.rpartition("/")[0] == item_path
        and not any(p.required and p.location is not Location.PATH for p in operation.parameters)
    ]
    return tuple(parts[:_MAX_PARTS])


def read_parts(created: OperationResponse, subject: Subject) -> Steps[tuple[OperationResponse, ...]]:
    """Read the parts of a created object that exist: lists and singletons below it."""
    path, identity = find_address(created, subject), created.exchange.request.identity
    resource = subject.model.resources_by_name.get(created.operation.resource)
    item = resource.item_path if resource else ""
    found: list[OperationResponse] = []
    for operation in list_parts(item, subject.model) if item and path else ():
        target = path.rstrip("/") + operation.path.removeprefix(item)
        response = yield from send(operation, Request(operation.key, "GET", target, identity=identity, fresh=True))
        found += [response] if response.is_success else []
    return tuple(found)


def check_parts_gone(deleted: OperationResponse, parts: tuple[OperationResponse, ...]) -> Steps[None]:
    """Check that the parts of a deleted object return 404 (AFT-03)."""
    remaining: list[OperationResponse] = []
    for part in parts:
        response = yield from send(part.operation, part.exchange.request)
        if response.is_success:
            yield Pause(LAG_S)
            response = yield from send(part.operation, part.exchange.request)
        remaining += [response] if response.is_success else []
    for response in remaining[:1]:
        message = "a part of the deleted object can still be read"
        expected, actual = "404", f"{response.status} at {response.exchange.request.target}"
        yield fail_case(deleted, "AFT-03", message, expected=expected, actual=actual, also=tuple(remaining))
    if parts and not remaining:
        yield pass_case(deleted, "AFT-03")


def check_list_item(
    changed_values: Mapping[str, Any], changed: OperationResponse, call: OperationCall, path: str, subject: Subject
) -> Steps[None]:
    """Check that the list shows a changed resource with its new values (AFT-02), where its first page shows it."""
    for is_last in (False, True):
        response = yield from send(call.operation, call.build_request(fresh=True))
        old = list(_find_old_values(response, changed_values, path, subject))
        if not old:
            break
        if not is_last:
            yield Pause(LAG_S)
    if old:
        name, expected, actual = old[0]
        message = f"the list shows another value of {name} than was written"
        yield fail_case(
            changed, "AFT-02", message,
            expected=quote_json(expected), actual=quote_json(actual), pointer=f"/{name}", also=(response,),
        )  # fmt: skip
    elif has_item_at(response, path, subject):
        yield pass_case(changed, "AFT-02")


def _find_old_values(
    response: OperationResponse, changed_values: Mapping[str, Any], path: str, subject: Subject
) -> Iterator[tuple[str, Any, Any]]:
    for _, item in response.objects:
        if strip_base_url(subject.target.base_url, str(item.get("url", ""))) == path:
            for name, value in changed_values.items():
                shown = item.get(name, ABSENT)
                is_link = isinstance(value, dict | list) or isinstance(shown, dict | list)
                if shown is not ABSENT and not is_link and any(find_changed_values({"": value}, {"": shown})):
                    yield name, value, shown


def check_repeated_reads(named: Mapping[str, Any], changed: OperationResponse, read: OperationCall) -> Steps[None]:
    """Check that no read in a row shows an old value once a change has shown (AFT-04)."""
    for is_last in (False, True):
        shown: list[tuple[bool, OperationResponse]] = []
        for _ in range(_READS):
            response = yield from send(read.operation, read.build_request(fresh=True))
            members = response.json if response.is_success and isinstance(response.json, dict) else {}
            is_new = not any(find_changed_values(dict(named), members))
            shown.append((is_new, response))
        if all(is_new for is_new, _ in shown) or not any(is_new for is_new, _ in shown) or is_last:
            break
        yield Pause(LAG_S)
    old = [response for is_new, response in shown if not is_new]
    if old and len(old) < len(shown):
        message = "successive reads show the new and the old value alternately"
        actual = f"the old value in {len(old)} of {len(shown)} reads"
        responses = tuple(response for _, response in shown)
        yield fail_case(changed, "AFT-04", message, expected="the new value", actual=actual, also=responses)
    elif not old:
        yield pass_case(changed, "AFT-04")
    else:
        yield judge_case(changed, "AFT-04", Verdict.INCONCLUSIVE, "the change does not show at all", also=tuple(old))
