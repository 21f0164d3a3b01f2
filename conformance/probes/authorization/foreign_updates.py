"""AUT-05 for updates: no user changes the resources of another user, not even by a write that is refused."""

from typing import Any, NamedTuple

import msgspec

from conformance.applicability.selectors import is_listed_for_one_user
from conformance.evidence.outcomes import fail_case, judge_case, quote_json, skip_case
from conformance.evidence.payers import USER_A, USER_B
from conformance.evidence.responses import OperationResponse
from conformance.evidence.subject import Subject
from conformance.model import Operation, ResourceModel, Verdict
from conformance.probes.authorization.foreign_writes import is_owned_update, judge_refusal
from conformance.probes.authorization.tenancy import (
    find_two_people,
    has_owner,
    headers_without_user,
    is_shared,
    separation_needs,
)
from conformance.probes.toolkit.base import Need, Probe, Steps, send
from conformance.probes.toolkit.calls import Missing, OperationCall, find_call, report_untested
from conformance.probes.toolkit.property_values import find_other_values, is_valid_body, restore_values, select_required
from conformance.probes.toolkit.write_requests import Write, find_effect_reader, find_writable
from conformance.probes.writes.stored_values import find_changed_values


def _update_needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    learnt = separation_needs(operation, model)
    owner_reads = Need(f"read around {operation.key} of another", 2, USER_A, shared=False)
    return (*learnt, owner_reads, Need(f"write {operation.key} of another", identity=USER_B, shared=False))


def _is_user_update(operation: Operation, model: ResourceModel) -> bool:
    """Return whether the operation updates a resource of one user: its owner, or a list for one user is documented."""
    is_listed = operation.is_secured and is_listed_for_one_user(operation, model)
    return is_owned_update(operation, model) or is_listed


class _ForeignUpdate(NamedTuple):
    """An update of a resource of user_a: as its owner would send it, the read of its owner, and what is changed."""

    own_write: Write
    reader: OperationCall
    before: OperationResponse
    values: dict[str, Any]

    @property
    def old_values(self) -> dict[str, Any]:
        """Return what the resource shows before the update."""
        return self.before.json if self.before.is_success and isinstance(self.before.json, dict) else {}

    def find_effects(self, after: OperationResponse) -> list[str]:
        """Return the names of the values that the resource shows after the update, and did not before."""
        shown = after.json if after.is_success and isinstance(after.json, dict) else {}
        return [
            name
            for name, value in self.values.items()
            if name in shown
            and not any(find_changed_values(value, shown[name]))
            and any(find_changed_values(value, self.old_values.get(name)))
        ]


def send_foreign_update(operation: Operation, subject: Subject) -> Steps[None]:
    """Check that user_b may not update a resource of user_a, and that a refused update has no effect (AUT-05).

    The update has another value than the resource, so that an effect shows. The owner reads it, and restores the value.
    """
    people = yield from find_two_people(subject)
    call = yield from find_call(operation, subject, USER_A)
    if isinstance(call, Missing) or not people:
        missing = call if isinstance(call, Missing) else Missing("it is not known that user_a and user_b are two users")
        yield from report_untested(("AUT-05",), operation, missing)
        return
    update = yield from _prepare_update(call, subject)
    is_private = has_owner(operation, subject.model) or (update and (yield from _is_hidden(update)))
    if update is None or not is_private or (yield from is_shared(call, subject)):
        yield skip_case("AUT-05", operation.key, Verdict.NOT_APPLICABLE, "nothing of one person's alone can be sent")
        return
    response, after = yield from _send_as_other_user(update, subject)
    effects = update.find_effects(after)
    if response.is_success:
        message = "one user can write another user's resource"
        yield fail_case(response, "AUT-05", message, expected="404 or 403", actual=str(response.status))
    elif effects:
        yield from _confirm_effect(call, subject)
    elif response.status in {403, 404}:
        yield from judge_refusal(response, subject)
    else:
        reason = f"it returns {response.status}, which is neither a success nor a refusal"
        yield judge_case(response, "AUT-05", Verdict.NOT_OBSERVABLE, reason)


def _prepare_update(call: OperationCall, subject: Subject) -> Steps[_ForeignUpdate | None]:
    """Read a resource as its owner, and choose another value for a property; where none is known, its present values.

    Return None where no valid body can be made.
    """
    reader = find_effect_reader(call, subject)
    if reader is None:
        return None
    before = yield from send(reader.operation, reader.build_request(fresh=True))
    state = before.json if before.is_success and isinstance(before.json, dict) else {}
    known = find_writable(call.operation, subject)
    present = {name: value for name, value in state.items() if name in known and value is not None}
    own_write = Write(call, present)
    others = find_other_values(own_write, state, subject)
    values = dict(list(others.items())[:1]) or present
    body = {**select_required(own_write, state, subject), **values}
    return (
        _ForeignUpdate(own_write, reader, before, values)
        if values and is_valid_body(body, own_write, subject)
        else None
    )


def _is_hidden(update: _ForeignUpdate) -> Steps[bool]:
    """Return whether user_b may not read the resource."""
    reader = msgspec.structs.replace(update.reader, identity=USER_B, headers=headers_without_user(update.reader))
    response = yield from send(reader.operation, reader.build_request())
    return response.status in {403, 404}


def _send_as_other_user(update: _ForeignUpdate, subject: Subject) -> Steps[tuple[OperationResponse, OperationResponse]]:
    """Send an update as user_b, read the resource as its owner, and restore it; return both responses."""
    call = update.own_write.call
    foreign_call = msgspec.structs.replace(call, identity=USER_B, headers=headers_without_user(call))
    body = {**select_required(update.own_write, update.old_values, subject), **update.values}
    response = yield from send(call.operation, Write(foreign_call, body).request(body))
    after = yield from send(update.reader.operation, update.reader.build_request(fresh=True))
    if response.is_success or update.find_effects(after):
        yield from restore_values(update.own_write, update.values, update.before, after, subject)
    return response, after


def _confirm_effect(call: OperationCall, subject: Subject) -> Steps[None]:
    """Send an update that was refused and took effect once more: somebody else may have made the change."""
    update = yield from _prepare_update(call, subject)
    if update is None:
        reason = "a value changed meanwhile, and the owner cannot read it again"
        yield skip_case("AUT-05", call.operation.key, Verdict.INCONCLUSIVE, reason)
        return
    response, after = yield from _send_as_other_user(update, subject)
    effects = update.find_effects(after)
    if effects and not response.is_success:
        message = "one user's write to another user's resource is refused, and takes effect"
        expected, actual = (quote_json(shown.get(effects[0])) for shown in (update.old_values, after.json))
        pointer, also = f"/{effects[0]}", (update.before, after)
        yield fail_case(response, "AUT-05", message, expected=expected, actual=actual, pointer=pointer, also=also)
    else:
        yield judge_case(response, "AUT-05", Verdict.INCONCLUSIVE, "a value changed meanwhile", also=(after,))


PROBES = (
    Probe(
        "foreign-update",
        ("AUT-05",),
        _is_user_update,
        _update_needs,
        send_foreign_update,
        writes=True,
        identities=(USER_A, USER_B),
        is_unique_way=True,
    ),
)
