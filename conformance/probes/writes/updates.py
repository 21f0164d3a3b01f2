"""WRT-02 and WRT-03: a PATCH changes what it names and may change, and nothing else; with `expand`, EXP-02 and EXP-03.

One property is changed alone, then all others, then the first is put back alone together with forged values for
read-only properties, then the others; each step is judged. Thus each property is left out once while it has its old
value, and once while it has the new one: a server that resets properties left out to a default is detected, whatever
the default is.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from conformance.evidence.outcomes import skip_case
from conformance.evidence.responses import OperationResponse
from conformance.evidence.subject import Subject
from conformance.model import Operation, ResourceModel, Role, Verdict
from conformance.probes.headers.entity_tags import check_tag_after_change
from conformance.probes.responses.plain_reads import plain_read_needs
from conformance.probes.toolkit.base import Need, Probe, Steps
from conformance.probes.toolkit.body_links import resolve_schema
from conformance.probes.toolkit.calls import Missing, report_untested
from conformance.probes.toolkit.edge_values import find_edge_changes
from conformance.probes.toolkit.property_values import (
    clear_one,
    find_other_values,
    forge_values,
    restore_values,
)
from conformance.probes.toolkit.value_rounds import leave_out_texts, list_value_rounds
from conformance.probes.toolkit.write_requests import find_read_only, has_json_body
from conformance.probes.writes import agreement
from conformance.probes.writes.expanded_changes import (
    MAX_PLACES,
    check_expanded,
    list_expanding_lists,
)
from conformance.probes.writes.filter_agreement import has_equality_filter
from conformance.probes.writes.neighbours import find_followers, has_neighbours, judge_followers
from conformance.probes.writes.update_expansion import EXPANSION_REQUIREMENTS, judge_expanded_response
from conformance.probes.writes.update_judgements import (
    ObservedPatch,
    check_change,
    check_filtered_list,
    check_list,
    check_other_members,
    check_read_only,
    check_refusal,
)
from conformance.probes.writes.update_state import UpdateState, prepare_update
from conformance.probes.writes.value_judgements import VALUE_REQUIREMENTS, may_fall_back

UPDATE_REQUIREMENTS = (
    "WRT-02", "WRT-03", *EXPANSION_REQUIREMENTS, *VALUE_REQUIREMENTS, "VAL-06", "HDR-09",
    *agreement.UPDATE_REQUIREMENTS,
)  # fmt: skip
_MAX_TRIES = 3  # properties that are tried as the first one
_REQUESTS = 16  # ten to thirty, by the number of properties and of words


def _is_update(operation: Operation, model: ResourceModel) -> bool:
    """Return whether the operation is an update with a JSON body."""
    return operation.role is Role.UPDATE and has_json_body(operation)


def _needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    """Return the reads that find the resource, and the requests of the change."""
    filtered = 1 if has_equality_filter(operation.resource, model) else 0
    own = Need(f"write {operation.key}", _REQUESTS + filtered + 2 * has_neighbours(operation), shared=False)
    expanding = min(len(list_expanding_lists(operation.resource, model)), MAX_PLACES)
    lists = (Need(f"expanded {operation.key}", expanding, shared=False),) if expanding else ()
    return (*plain_read_needs(operation, model)[:-1], own, *lists)


def change_and_restore(operation: Operation, subject: Subject) -> Steps[None]:
    """Change all properties that can be changed, in two steps, and put them back in two."""
    state = yield from prepare_update(operation, subject)
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
                yield from check_refusal(refused, plain, state, subject)
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


def _judge_changes(plan: ChangePlan, changed: OperationResponse, state: UpdateState, subject: Subject) -> Steps[None]:
    """Judge the first change, make the others, and put back one part after the other."""
    named = {plan.name: plan.value}
    after = yield from state.read_current()
    after = yield from check_change(ObservedPatch(named, state.original, changed, after), state, subject)
    yield from check_tag_after_change(state.original, after, state.reader)
    yield from agreement.check_repeated_reads(named, changed, state.reader)
    yield from check_list(named, changed, state, subject)
    yield from check_expanded(named, state.original, changed, state.expanding_lists, subject)
    changed_values = dict(named)
    for others in _list_further_changes(plan, state, subject):
        response = yield from state.send_patch(others, subject)
        later = yield from state.read_current()
        if response.is_success:
            after = yield from check_change(ObservedPatch(others, after, response, later), state, subject)
            changed_values |= others
            break
        after = later
        yield from check_refusal(response, plan.plain, state, subject)
    yield from check_other_members(changed_values, changed, state, subject)
    followers = yield from find_followers(changed_values, state.neighbour)
    yield from check_filtered_list(changed_values, changed, after, state, subject)
    after = yield from _send_value_rounds(changed_values, after, state, subject)
    last = yield from _send_forged(plan.name, after, state, subject)
    last = yield from _put_back_others(plan, last, state, subject)
    yield from restore_values(state.write, [*plan.edges], state.original, last, subject)
    yield from judge_followers(followers, changed, state.original, state.neighbour)
    yield from judge_expanded_response(plan.name, state, subject)
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
                after = yield from check_change(ObservedPatch(values, after, response, later), state, subject)
                break
            after = later
            yield from check_refusal(response, changed_values, state, subject)
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


def _send_forged(name: str, after: OperationResponse, state: UpdateState, subject: Subject) -> Steps[OperationResponse]:
    """Put the first property back alone, with forged values for read-only ones, and return the state after that.

    Where the forged values are refused, the property is put back without them.
    """
    first = {name: state.original.json[name]}
    shown = after.json if isinstance(after.json, dict) else {}
    fixed = forge_values(state.operation, shown, find_read_only(state.operation, subject), subject)
    response = yield from state.send_patch({**first, **fixed}, subject)
    last = yield from state.read_current()
    yield from check_read_only(fixed, response, after, last)
    if not response.is_success:
        response = yield from state.send_patch(first, subject)
        last = yield from state.read_current()
    if response.is_success:
        last = yield from check_change(ObservedPatch(first, after, response, last), state, subject)
    return last


def _put_back_others(
    plan: ChangePlan, before: OperationResponse, state: UpdateState, subject: Subject
) -> Steps[OperationResponse]:
    """Put all properties back but the first one, and judge that too; return the state after that.

    The first property has its old value now, which may be another than the default.
    """
    shown = before.json if before.is_success and isinstance(before.json, dict) else {}
    old = state.original.json
    others = {name: old[name] for name in plan.edges if name in old and name in shown and shown[name] != old[name]}
    if not others or plan.name in others:
        return before
    response = yield from state.send_patch(others, subject)
    after = yield from state.read_current()
    if response.is_success:
        after = yield from check_change(ObservedPatch(others, before, response, after), state, subject)
    return after


PROBES = (Probe("update", UPDATE_REQUIREMENTS, _is_update, _needs, change_and_restore, writes=True),)
