"""WRT-02 and WRT-03: a PATCH changes only what it may, judged from reads before and after it."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from conformance.evidence.differences import ABSENT, find_differences
from conformance.evidence.json_bodies import parse_json
from conformance.evidence.outcomes import fail_case, judge_case, pass_case, quote_json, skip_case
from conformance.evidence.responses import OperationResponse
from conformance.evidence.subject import Subject
from conformance.evidence.urls import strip_base_url
from conformance.model import Noticed, Outcome, Verdict
from conformance.probes.stated_rules.selection import list_excluded_properties
from conformance.probes.toolkit.base import Pause, Steps, send
from conformance.probes.toolkit.list_membership import LAG_S, has_item_at
from conformance.probes.toolkit.property_values import (
    select_required,
)
from conformance.probes.toolkit.rounding import is_rounded
from conformance.probes.toolkit.write_requests import (
    find_writable,
)
from conformance.probes.writes import agreement
from conformance.probes.writes.deletions import GONE_STATUSES
from conformance.probes.writes.filter_agreement import check_changed_in_filters
from conformance.probes.writes.stored_values import find_changed_values
from conformance.probes.writes.update_state import UpdateState, find_collection
from conformance.probes.writes.written_values import check_refused_values, check_written_values

_MAX_VIOLATIONS = 5


class ObservedPatch(NamedTuple):
    """A PATCH with the reads around it: the properties that it named, the response, the resource before and after."""

    named: Mapping[str, Any]
    before: OperationResponse
    response: OperationResponse
    after: OperationResponse

    def is_without_effect(self, name: str) -> bool:
        """Return whether a property has its old value: then the whole change is lost, which WRT-02 reports."""
        old, new = (
            read.json.get(name, ABSENT) if isinstance(read.json, dict) else ABSENT for read in (self.before, self.after)
        )
        return old is not ABSENT and old == new


class _WrongProperty(NamedTuple):
    """A violation of WRT-02: a message, the JSON pointer, and the expected and the actual value."""

    message: str
    pointer: str
    expected: Any
    actual: Any


def check_change(patch: ObservedPatch, state: UpdateState, subject: Subject) -> Steps[OperationResponse]:
    """Judge a change as a whole (WRT-02), and value by value (VAL requirements); return the last read."""
    after = yield from _check_only_named(patch, state, subject)
    patch = patch._replace(after=after)
    if after.is_success:
        schemas = find_writable(state.operation, subject)
        sent = {name: value for name, value in patch.named.items() if not value or not patch.is_without_effect(name)}
        after = yield from check_written_values(patch.response, after, sent, schemas, subject, state.read_current)
    return after


def _check_only_named(patch: ObservedPatch, state: UpdateState, subject: Subject) -> Steps[OperationResponse]:
    """Judge WRT-02: named properties have the new value in the response and in the next read, others their old one.

    A violation must show in one more read: a value may come late, or change by itself. Return the last read.
    """
    if not (patch.before.is_success and patch.after.is_success):
        status = patch.after.status if patch.before.is_success else patch.before.status
        reason = f"the effect of the change cannot be read: {status}"
        yield judge_case(patch.response, "WRT-02", Verdict.INCONCLUSIVE, reason, also=(patch.before, patch.after))
        return patch.after
    wrong = list(_find_wrong_properties(patch, state, subject))
    if wrong:
        yield Pause(LAG_S)
        patch = patch._replace(after=(yield from state.read_current()))
        wrong = [violation for violation in _find_wrong_properties(patch, state, subject) if violation in wrong]
    for message, pointer, expected, actual in wrong[:_MAX_VIOLATIONS]:
        yield fail_case(
            patch.response,
            "WRT-02",
            message,
            expected=quote_json(expected),
            actual=quote_json(actual),
            pointer=pointer,
            also=(patch.before, patch.after),
        )
    if not wrong:
        yield pass_case(patch.response, "WRT-02")
    return patch.after


def _find_wrong_properties(patch: ObservedPatch, state: UpdateState, subject: Subject) -> Iterator[_WrongProperty]:
    """Yield named properties that do not show the change, and other properties that changed with them."""
    writable = find_writable(state.operation, subject)
    messages = ((patch.response, "the response does not show the change"), (patch.after, "the change is not kept"))
    for response, message in messages:
        members = response.json if isinstance(response.json, dict) else {}
        for name, value in patch.named.items():
            shown = members.get(name, ABSENT)
            is_kept = _is_shown_as_sent(shown, value) or is_rounded(writable.get(name, {}), value, shown)
            if not (response is patch.response and shown is ABSENT) and not is_kept:
                yield _WrongProperty(message, f"/{name}", value, shown)
    other_names = {*writable} - {
        *patch.named,
        *select_required(state.write, patch.before.json, subject),
        *list_excluded_properties(state.operation, patch.named),
    }
    message = f"changing {', '.join(patch.named)} changes another property"
    for difference in find_differences(patch.before.json, patch.after.json):
        if difference.top_member in other_names:
            yield _WrongProperty(message, difference.pointer, difference.old, difference.new)


def _is_shown_as_sent(shown: Any, value: Any) -> bool:
    """Return whether a value is shown as it was sent, apart from spellings that a server may choose."""
    if value is None or value == "":
        return shown in (None, ABSENT) or shown == value  # left out where it is optional, which RSP-03 judges
    return not any(find_changed_values({"": value}, {"": shown}))


def check_refusal(
    refused: OperationResponse, plain: Mapping[str, Any], state: UpdateState, subject: Subject
) -> Steps[None]:
    """Judge the refusal of a PATCH with edge values (VAL-06)."""
    sent, schemas = parse_json(refused.exchange.request.body), find_writable(state.operation, subject)
    base = {**state.original.json, **plain}
    yield from check_refused_values(refused, sent, base, schemas, lambda named: state.send_patch(named, subject))


def check_list(
    named: Mapping[str, Any], changed: OperationResponse, state: UpdateState, subject: Subject
) -> Steps[None]:
    """Check that the list shows the new values of a changed resource, if the page that was read before shows it."""
    call, path = find_collection(state.reader, subject), state.reader.path
    if call is not None and state.original_list is not None and has_item_at(state.original_list, path, subject):
        yield from agreement.check_list_item(named, changed, call, path, subject)
    else:
        reason = "no page that was read before the change shows the resource"
        yield skip_case("AFT-02", state.operation.key, Verdict.NOT_APPLICABLE, reason)


def check_filtered_list(
    changed_values: Mapping[str, Any],
    changed: OperationResponse,
    after: OperationResponse,
    state: UpdateState,
    subject: Subject,
) -> Steps[None]:
    """Check that filters show the changed resource, if the page that was read before the change shows it (AFT-02)."""
    call, path = find_collection(state.reader, subject), state.reader.path
    if call is not None and state.original_list is not None and has_item_at(state.original_list, path, subject):
        yield from check_changed_in_filters(list(changed_values), changed, after, call, path, subject)


def check_other_members(
    changed_values: Mapping[str, Any], changed: OperationResponse, state: UpdateState, subject: Subject
) -> Steps[None]:
    """Judge WRT-02 for the other members of the collection: the values that were written do not appear in them.

    One value in one other member may be the work of another client, and is not reported.
    """
    call = find_collection(state.reader, subject)
    if call is None or state.original_list is None:
        return
    after = yield from send(call.operation, call.build_request(fresh=True))
    items_before = {item.get("url"): item for _, item in state.original_list.objects}
    touched: list[tuple[str, dict[str, Any], dict[str, Any]]] = []
    for where, item in after.objects:
        old = {} if _is_same_resource(item, state, subject) else items_before.get(item.get("url"), {})
        names = [
            name
            for name in changed_values
            if name in old and name in item and not _is_shown_as_sent(old[name], changed_values[name])
        ]
        if names and all(_is_shown_as_sent(item[name], changed_values[name]) for name in names):
            touched.append((where, {name: old[name] for name in names}, {name: item[name] for name in names}))
    where, old, new = max(touched, key=lambda change: len(change[2]), default=("", {}, {}))
    if len(new) > 1 or len(touched) > 1:
        message, also = "a PATCH of one resource changes another one", (state.original_list, after)
        yield fail_case(
            changed, "WRT-02", message, expected=quote_json(old), actual=quote_json(new), pointer=where, also=also
        )
        notice = f"{call.path}: other resources than the one named were changed, and were not restored"
        yield Noticed("cleanup", notice, changed.operation.key)


def _is_same_resource(item: Mapping[str, Any], state: UpdateState, subject: Subject) -> bool:
    """Return whether an item of the list is the resource itself."""
    url = item.get("url")
    path = strip_base_url(subject.target.base_url, url) if isinstance(url, str) else None
    return (path or "").rstrip("/") == state.reader.path.rstrip("/") or item.get("id") == state.original.json.get(
        "id", ""
    )


def check_read_only(
    fixed: Mapping[str, Any], response: OperationResponse, before: OperationResponse, last: OperationResponse
) -> Iterator[Outcome | Noticed]:
    """Judge WRT-03: values for read-only properties are refused or have no effect."""
    old, shown = (state_read.json if isinstance(state_read.json, dict) else {} for state_read in (before, last))
    taken_names = [name for name in fixed if response.is_success and shown.get(name, ABSENT) == fixed[name]]
    for name in taken_names:
        message = "a write changes a read-only property"
        old_value, new_value = quote_json(old[name]), quote_json(fixed[name])
        yield fail_case(
            response, "WRT-03", message, expected=old_value, actual=new_value, pointer=f"/{name}", also=(before, last)
        )
    if not fixed:
        yield judge_case(
            response, "WRT-03", Verdict.NOT_APPLICABLE, "no property that is shown is documented as read-only"
        )
    elif last.status in GONE_STATUSES:
        message = "the resource is gone after values for read-only properties were sent"
        yield fail_case(response, "WRT-03", message, expected="200", actual=str(last.status), also=(last,))
    elif not last.is_success:
        reason = f"the effect of forged values cannot be read: {last.status}"
        yield judge_case(response, "WRT-03", Verdict.INCONCLUSIVE, reason, also=(last,))
    elif not taken_names:
        yield pass_case(response, "WRT-03")
    if taken_names:
        yield Noticed(
            "cleanup", f"{', '.join(taken_names)} has a forged value now, and was not restored", response.operation.key
        )
