"""A PATCH under judgement: the write, the read that shows its effect, and what was read before."""

from collections.abc import Mapping
from typing import Any

import msgspec

from conformance.evidence.responses import OperationResponse
from conformance.evidence.subject import Subject
from conformance.evidence.urls import extract_parent_path
from conformance.model import Operation, Role
from conformance.probes.toolkit.base import Steps, send
from conformance.probes.toolkit.calls import Missing, OperationCall, find_list_operation
from conformance.probes.toolkit.property_values import (
    select_required,
)
from conformance.probes.toolkit.write_requests import (
    Write,
    build_write,
    find_effect_reader,
)
from conformance.probes.writes.expanded_changes import (
    ExpandedList,
    find_expanding_lists,
)
from conformance.probes.writes.neighbours import read_neighbour


class UpdateState(msgspec.Struct, frozen=True):
    """A write, the read that shows its effect, the resource before the write, and its list if any.

    `neighbour` is the read of the same thing below another parent.
    """

    write: Write
    reader: OperationCall
    original: OperationResponse
    original_list: OperationResponse | None
    expanding_lists: tuple[ExpandedList, ...] = ()
    neighbour: OperationResponse | None = None

    @property
    def operation(self) -> Operation:
        """Return the PATCH operation of the write."""
        return self.write.call.operation

    def read_current(self) -> Steps[OperationResponse]:
        """Read the current state of the resource."""
        return (yield from send(self.reader.operation, self.reader.build_request(fresh=True)))

    def send_patch(
        self, named: Mapping[str, Any], subject: Subject, *query: tuple[str, str]
    ) -> Steps[OperationResponse]:
        """Send a PATCH of the named properties, and of those that no body can leave out."""
        body = {**select_required(self.write, self.original.json, subject), **named}
        target = self.write.call.build_request(*query).target
        request = msgspec.structs.replace(self.write.request(body), target=target)
        return (yield from send(self.operation, request))


def prepare_update(operation: Operation, subject: Subject) -> Steps[UpdateState | Missing]:
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
    call = find_collection(reader, subject)
    around = (yield from send(call.operation, call.build_request(fresh=True))) if call else None
    expanding_lists = yield from find_expanding_lists(reader, subject)
    neighbour = yield from read_neighbour(reader, subject)
    return UpdateState(write, reader, before, around, expanding_lists, neighbour)


def find_collection(reader: OperationCall, subject: Subject) -> OperationCall | None:
    """Return the list of the collection that the resource belongs to."""
    resource = subject.model.resources_by_name.get(reader.operation.resource)
    lister = find_list_operation(resource, subject) if resource and reader.operation.role is Role.ITEM else None
    if lister is None:
        return None
    headers = reader.headers if lister.user_header else ()
    return OperationCall(lister, extract_parent_path(reader.path), headers=headers, identity=reader.identity)
