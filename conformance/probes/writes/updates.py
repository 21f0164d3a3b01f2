"""WRT-02 and WRT-03: a PATCH changes what it names and may change, and nothing else; with `expand`, EXP-02 and EXP-03.

One property is changed alone, then all others, then the first is put back alone together with forged values for
read-only properties, then the others. Thus each property is left out once while it has its old value, and once while
it has the new one: a server that resets properties left out to a default is detected, whatever the default is.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from conformance.evidence.differences import ABSENT, find_differences
from conformance.evidence.outcomes import fail_case, judge_case, pass_case, quote_json, skip_case
from conformance.evidence.responses import OperationResponse, parse_json, strip_base_url
from conformance.evidence.subject import Subject
from conformance.model import Expansion, Noticed, Operation, Outcome, ResourceModel, Role, Verdict
from conformance.probes.expansion.judgements import check_replacement
from conformance.probes.expansion.replacement import is_moment_dependent
from conformance.probes.headers.entity_tags import check_tag_after_change
from conformance.probes.responses.plain_reads import plain_read_needs
from conformance.probes.stated_rules.selection import list_excluded_properties
from conformance.probes.toolkit.base import Need, Pause, Probe, Steps, send
from conformance.probes.toolkit.calls import Missing, OperationCall, find_list_operation, report_untested
from conformance.probes.toolkit.edge_values import find_edge_changes
from conformance.probes.toolkit.list_membership import LAG_S, has_item_at
from conformance.probes.toolkit.property_values import (
    clear_one,
    find_other_values,
    forge_values,
    restore_values,
    select_required,
)
from conformance.probes.toolkit.rounding import is_rounded
from conformance.probes.toolkit.value_rounds import leave_out_texts, list_value_rounds
from conformance.probes.toolkit.write_requests import (
    Write,
    build_write,
    find_effect_reader,
    find_read_only,
    find_writable,
    has_json_body,
    resolve_schema,
)
from conformance.probes.writes import agreement
from conformance.probes.writes.deletions import GONE_STATUSES
from conformance.probes.writes.expanded_changes import (
    MAX_PLACES,
    ExpandedList,
    check_expanded,
    find_expanding_lists,
    list_expanding_lists,
)
from conformance.probes.writes.stored_values import find_changed_values
from conformance.probes.writes.value_judgements import VALUE_REQUIREMENTS, may_fall_back
from conformance.probes.writes.written_values import check_refused_values, check_written_values

EXPANSION_REQUIREMENTS = ("EXP-02", "EXP-03")
UPDATE_REQUIREMENTS = (
    "WRT-02", "WRT-03", *EXPANSION_REQUIREMENTS, *VALUE_REQUIREMENTS, "VAL-06", "HDR-09",
    *agreement.UPDATE_REQUIREMENTS,
)  # fmt: skip
_MAX_TRIES = 3  # properties that are tried as the first one
_MAX_VIOLATIONS = 5
_REQUESTS = 15  # ten to thirty, by the number of properties and of words


class UpdateState(msgspec.Struct, frozen=True):
    """A write, the read that shows its effect, the resource before the write, and its list if any."""

    write: Write
    reader: OperationCall
    original: OperationResponse
    original_list: OperationResponse | None
    expanding_lists: tuple[ExpandedList, ...] = ()

    @property
    def operation(self) -> Operation:
        """PATCH operation of the write."""
        return self.write.call.operation

    def read_current(self) -> Steps[OperationResponse]:
        """Read the resource as it is now."""
        return (yield from send(self.reader.operation, self.reader.build_request(fresh=True)))

    def send_patch(
        self, named: Mapping[str, Any], subject: Subject, *query: tuple[str, str]
    ) -> Steps[OperationResponse]:
        """Send a PATCH of the named properties, and of those that no body can leave out."""
        body = {**select_required(self.write, self.original.json, subject), **named}
        target = self.write.call.build_request(*query).target
        request = msgspec.structs.replace(self.write.request(body), target=target)
        return (yield from send(self.operation, request))


def _is_update(operation: Operation, model: ResourceModel) -> bool:
    """Return whether the operation is an update with a JSON body."""
    return operation.role is Role.UPDATE and has_json_body(operation)


def _needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    """Return the reads that find the resource, and the requests of the change."""
    own = Need(f"write {operation.key}", _REQUESTS, shared=False)
    expanding = min(len(list_expanding_lists(operation.resource, model)), MAX_PLACES)
    lists = (Need(f"expanded {operation.key}", expanding, shared=False),) if expanding else ()
    return (*plain_read_needs(operation, model)[:-1], own, *lists)


def change_and_restore(operation: Operation, subject: Subject) -> Steps[None]:
    """Change all properties that can be changed, in two steps, and put them back in two."""
    state = yield from _prepare(operation, subject)
    if isinstance(state, Missing):
        yield from report_untested(UPDATE_REQUIREMENTS, operation, state)
        return
    plain = find_other_values(state.write, state.original.json, subject)
    edges = _keep_lasting(find_edge_changes(plain, state.write, state.original.json, subject), operation, subject)
    refused: OperationResponse | None = None
    for name, value in _list_first_changes(plain, edges):
        changed = yield from state.send_patch({name: value}, subject)
        if changed.is_success:
            if refused is not None:
                yield from _check_refusal(refused, plain, state, subject)
            yield from _judge_changes(ChangePlan(name, value, edges, plain), changed, state, subject)
            return
        refused = refused or changed
        if changed.status >= 500 or not changed.status:  # the change may have been made nevertheless
            yield from restore_values(state.write, [name], state.original, (yield from state.read_current()), subject)
    yield from report_untested(
        UPDATE_REQUIREMENTS, operation, Missing("no property is known that the operation changes")
    )


class ChangePlan(msgspec.Struct, frozen=True):
    """The first property to change with its value, and the values for all: at the edges, and plain ones."""

    name: str
    value: Any
    edges: dict[str, Any]
    plain: dict[str, Any]


def _keep_lasting(changes: dict[str, Any], operation: Operation, subject: Subject) -> dict[str, Any]:
    """Return the changes without null for what shows something else then, as the text of the resource says."""
    schema = resolve_schema(subject, {"$ref": operation.item_schema}) if operation.item_schema else {}
    shown = schema.get("properties", {})
    return {
        name: value
        for name, value in changes.items()
        if value is not None or not may_fall_back(resolve_schema(subject, shown.get(name, {})))
    }


def _list_first_changes(plain: Mapping[str, Any], edges: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """Return the changes that are tried first, one property each: with its edge value, then with the plain one."""
    names = [*(plain or edges)][:_MAX_TRIES]
    pairs = [(name, values[name]) for name in names for values in (edges, plain) if name in values]
    return [pair for at, pair in enumerate(pairs) if pair not in pairs[:at]]


def _check_refusal(
    refused: OperationResponse, plain: Mapping[str, Any], state: UpdateState, subject: Subject
) -> Steps[None]:
    """Judge the refusal of a PATCH with edge values (VAL-06)."""
    sent, schemas = parse_json(refused.exchange.request.body), find_writable(state.operation, subject)
    base = {**state.original.json, **plain}
    yield from check_refused_values(refused, sent, base, schemas, lambda named: state.send_patch(named, subject))


def _prepare(operation: Operation, subject: Subject) -> Steps[UpdateState | Missing]:
    """Prepare a write, and read the resource and its list."""
    write = yield from build_write(operation, subject)
    if isinstance(write, Missing):
        return write
    reader = find_effect_reader(write.call, subject)
    if reader is None:
        return Missing("no operation reads the resource that this one changes")
    before = yield from send(reader.operation, reader.build_request(fresh=True))
    if not before.is_success or not isinstance(before.json, dict):
        return Missing(f"the resource cannot be read before the change: {before.status}")
    call = _find_list(reader, subject)
    around = (yield from send(call.operation, call.build_request(fresh=True))) if call else None
    expanding_lists = yield from find_expanding_lists(reader, subject)
    return UpdateState(write, reader, before, around, expanding_lists)


def _find_list(reader: OperationCall, subject: Subject) -> OperationCall | None:
    """Return the list of the collection of which the resource is a member."""
    resource = subject.model.resources_by_name.get(reader.operation.resource)
    lister = find_list_operation(resource, subject) if resource and reader.operation.role is Role.ITEM else None
    if lister is None:
        return None
    headers = reader.headers if lister.user_header else ()
    return OperationCall(lister, reader.path.rpartition("/")[0], headers=headers, identity=reader.identity)


def _judge_changes(plan: ChangePlan, changed: OperationResponse, state: UpdateState, subject: Subject) -> Steps[None]:
    """Judge the first change, make the others, and put back one part after the other."""
    named = {plan.name: plan.value}
    after = yield from state.read_current()
    after = yield from _check_change(named, state.original, changed, after, state, subject)
    yield from check_tag_after_change(state.original, after, state.reader)
    yield from agreement.check_repeated_reads(named, changed, state.reader)
    yield from _check_list(named, changed, state, subject)
    yield from check_expanded(named, state.original, changed, state.expanding_lists, subject)
    changed_values = dict(named)
    for others in _list_further_changes(plan, state, subject):
        response = yield from state.send_patch(others, subject)
        later = yield from state.read_current()
        if response.is_success:
            after = yield from _check_change(others, after, response, later, state, subject)
            changed_values |= others
            break
        after = later
        yield from _check_refusal(response, plan.plain, state, subject)
    yield from _check_other_members(changed_values, changed, state, subject)
    after = yield from _send_value_rounds(changed_values, after, state, subject)
    last = yield from _send_forged(plan.name, after, state, subject)
    yield from restore_values(state.write, [*plan.edges], state.original, last, subject)
    yield from _judge_expansion(plan.name, state, subject)
    yield skip_case("HDR-09", state.operation.key, Verdict.NOT_APPLICABLE, "entity tags are judged at the read")
    for requirement in (*VALUE_REQUIREMENTS, "VAL-06"):
        reason = "the body has no value of that kind, or none that is accepted"
        yield skip_case(requirement, state.operation.key, Verdict.NOT_APPLICABLE, reason)


def _send_value_rounds(
    changed_values: Mapping[str, Any], before: OperationResponse, state: UpdateState, subject: Subject
) -> Steps[OperationResponse]:
    """Send further values for what was changed, words and empty ones, and judge them; return the last read."""
    after = before
    for body in list_value_rounds(changed_values, state.original.json, state.write, subject):
        for values in filter(None, (body, leave_out_texts(body))):
            response = yield from state.send_patch(values, subject)
            later = yield from state.read_current()
            if response.is_success:
                after = yield from _check_change(values, after, response, later, state, subject)
                break
            after = later
            yield from _check_refusal(response, changed_values, state, subject)
            if "" not in body.values():
                break
    return after


def _list_further_changes(plan: ChangePlan, state: UpdateState, subject: Subject) -> list[dict[str, Any]]:
    """Return the changes of all other properties: with edge values, and plain ones for a server that refuses those.

    One property at least is null if any may be. The only property of a resource is changed to null.
    """
    further: list[dict[str, Any]] = []
    for values in (plan.edges, plan.plain):
        has_null = None in values.values()
        cleared = values if has_null else clear_one(values, state.write, state.original.json, subject)
        others = {name: value for name, value in cleared.items() if name != plan.name or len(values) == 1}
        others = _keep_lasting(others, state.operation, subject)
        if others and others not in further and others != {plan.name: plan.value}:
            further.append(others)
    return further


def _check_change(  # noqa: PLR0913 - see _check_only_named
    named: Mapping[str, Any],
    before: OperationResponse,
    changed: OperationResponse,
    after: OperationResponse,
    state: UpdateState,
    subject: Subject,
) -> Steps[OperationResponse]:
    """Judge a change as a whole, and value by value; return the last read."""
    after = yield from _check_only_named(named, before, changed, after, state, subject)
    if after.is_success:
        schemas = find_writable(state.operation, subject)
        sent = {name: value for name, value in named.items() if not value or not _is_unchanged(name, before, after)}
        after = yield from check_written_values(changed, after, sent, schemas, subject, state.read_current)
    return after


def _is_unchanged(name: str, before: OperationResponse, after: OperationResponse) -> bool:
    """Return whether a property has its old value: then the whole change is lost, which WRT-02 reports."""
    old, new = (read.json.get(name, ABSENT) if isinstance(read.json, dict) else ABSENT for read in (before, after))
    return old is not ABSENT and old == new


def _check_list(
    named: Mapping[str, Any], changed: OperationResponse, state: UpdateState, subject: Subject
) -> Steps[None]:
    """Check that the list shows a changed resource as it is now, where the page read before shows it."""
    call, path = _find_list(state.reader, subject), state.reader.path
    if call is not None and state.original_list is not None and has_item_at(state.original_list, path, subject):
        yield from agreement.check_list_item(named, changed, call, path, subject)
    else:
        reason = "no page that was read before the change shows the resource"
        yield skip_case("AFT-02", state.operation.key, Verdict.NOT_APPLICABLE, reason)


def _send_forged(name: str, after: OperationResponse, state: UpdateState, subject: Subject) -> Steps[OperationResponse]:
    """Put the first property back alone, with forged values for read-only ones, and return the state after that.

    Where the forged values are refused, the property is put back without them.
    """
    first = {name: state.original.json[name]}
    shown = after.json if isinstance(after.json, dict) else {}
    fixed = forge_values(state.operation, shown, find_read_only(state.operation, subject), subject)
    response = yield from state.send_patch({**first, **fixed}, subject)
    last = yield from state.read_current()
    yield from _check_read_only(fixed, response, after, last)
    if not response.is_success:
        response = yield from state.send_patch(first, subject)
        last = yield from state.read_current()
    if response.is_success:
        last = yield from _check_change(first, after, response, last, state, subject)
    return last


def _judge_expansion(name: str, state: UpdateState, subject: Subject) -> Steps[None]:
    """Judge EXP-02 and EXP-03 for the response to a PATCH that changes nothing any more."""
    writable_names = find_writable(state.operation, subject)
    expansions = (
        candidate for candidate in state.operation.first_expansions if candidate.resolvable and not candidate.parent
    )
    expansion = next(
        (candidate for candidate in expansions if candidate.path.partition(".")[0] not in writable_names), None
    )
    if expansion is not None:
        yield from _send_with_expand(expansion, {name: state.original.json[name]}, state, subject)
    for requirement in EXPANSION_REQUIREMENTS:
        yield skip_case(requirement, state.operation.key, Verdict.NOT_APPLICABLE, "no link can be expanded here")


def _send_with_expand(
    expansion: Expansion, named: Mapping[str, Any], state: UpdateState, subject: Subject
) -> Steps[None]:
    """Send the PATCH with `expand`, and compare its response with a plain read."""
    plain = yield from state.read_current()
    response = yield from state.send_patch(named, subject, ("expand", expansion.path))
    if not response.is_success and not (yield from state.send_patch(named, subject)).is_success:
        return
    outcomes = list(check_replacement(plain, response, expansion, subject))
    if any(is_moment_dependent(outcome) for outcome in outcomes):
        plain = yield from state.read_current()  # the link may have moved between the read and the PATCH
        later = list(check_replacement(plain, response, expansion, subject))
        outcomes = [
            outcome for outcome in outcomes if not is_moment_dependent(outcome) or _has_recurrence(outcome, later)
        ]
    yield from outcomes


def _has_recurrence(outcome: Outcome, later: Iterable[Outcome]) -> bool:
    """Return whether a later judgement reports the same failure."""
    return any(
        (candidate.requirement, candidate.pointer, candidate.expected, candidate.actual)
        == (outcome.requirement, outcome.pointer, outcome.expected, outcome.actual)
        for candidate in later
    )


def _check_only_named(  # noqa: PLR0913 - the three states, and the properties named
    named: Mapping[str, Any],
    before: OperationResponse,
    changed: OperationResponse,
    after: OperationResponse,
    state: UpdateState,
    subject: Subject,
) -> Steps[OperationResponse]:
    """Judge WRT-02: named properties have the new value in the response and in the next read, others their old one.

    A violation must show in one more read: a value may come late, or change by itself. Return the last read.
    """
    if not (before.is_success and after.is_success):
        reason = f"the effect of the change cannot be read: {after.status if before.is_success else before.status}"
        yield judge_case(changed, "WRT-02", Verdict.INCONCLUSIVE, reason, also=(before, after))
        return after
    violations = list(_find_violations(named, before, changed, after, state, subject))
    if violations:
        yield Pause(LAG_S)
        after = yield from state.read_current()
        violations = [
            violation
            for violation in _find_violations(named, before, changed, after, state, subject)
            if violation in violations
        ]
    for words, pointer, expected, actual in violations[:_MAX_VIOLATIONS]:
        also = (before, after)
        yield fail_case(
            changed,
            "WRT-02",
            words,
            expected=quote_json(expected),
            actual=quote_json(actual),
            pointer=pointer,
            also=also,
        )
    if not violations:
        yield pass_case(changed, "WRT-02")
    return after


def _find_violations(  # noqa: PLR0913 - see _check_only_named
    named: Mapping[str, Any],
    before: OperationResponse,
    changed: OperationResponse,
    after: OperationResponse,
    state: UpdateState,
    subject: Subject,
) -> Iterator[tuple[str, str, Any, Any]]:
    """Yield, for each violation of WRT-02, a message, the JSON pointer, the expected and the actual value."""
    writable = find_writable(state.operation, subject)
    for response, words in ((changed, "the response does not show the change"), (after, "the change is not kept")):
        members = response.json if isinstance(response.json, dict) else {}
        for name, value in named.items():
            shown = members.get(name, ABSENT)
            is_kept = _is_shown_as_sent(shown, value) or is_rounded(writable.get(name, {}), value, shown)
            if not (response is changed and shown is ABSENT) and not is_kept:
                yield words, f"/{name}", value, shown
    other_names = {*writable} - {
        *named,
        *select_required(state.write, before.json, subject),
        *list_excluded_properties(state.operation, named),
    }
    for difference in find_differences(before.json, after.json):
        if difference.top_member in other_names:
            yield (
                f"changing {', '.join(named)} changes another property",
                difference.pointer,
                difference.old,
                difference.new,
            )


def _is_shown_as_sent(shown: Any, value: Any) -> bool:
    """Return whether a value is shown as it was sent, apart from spellings that a server may choose."""
    if value is None or value == "":
        return shown in (None, ABSENT) or shown == value  # left out where it is optional, which RSP-03 judges
    return not any(find_changed_values({"": value}, {"": shown}))


def _check_other_members(
    changed_values: Mapping[str, Any], changed: OperationResponse, state: UpdateState, subject: Subject
) -> Steps[None]:
    """Judge WRT-02 for the other members of the collection: the values that were written do not appear in them.

    One value in one other member may be the work of another client, and is not reported.
    """
    call = _find_list(state.reader, subject)
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


def _check_read_only(
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


PROBES = (Probe("update", UPDATE_REQUIREMENTS, _is_update, _needs, change_and_restore, writes=True),)
