"""WRT-04: a deleted resource stays deleted, and no other one is deleted with it."""

from collections.abc import Iterable

import msgspec

from conformance.applicability.selectors import is_deletion
from conformance.evidence.outcomes import fail_case, judge_case, pass_case
from conformance.evidence.responses import OperationResponse, find_reader
from conformance.evidence.subject import Subject
from conformance.model import Operation, Outcome, Request, ResourceModel, Role, StatedRule, TargetKind, Verdict
from conformance.probes.responses.plain_reads import plain_read_needs
from conformance.probes.toolkit.base import Need, Probe, Steps, send
from conformance.probes.toolkit.calls import Missing, find_call, find_calls, find_list_operation, report_untested
from conformance.probes.toolkit.list_membership import find_settled_page, has_item_at
from conformance.probes.toolkit.write_requests import find_address
from specs.rulebook import find_excused_deletion

GONE_STATUSES = frozenset({404, 410})
"""Statuses of an object that no longer exists."""
REPEATED_STATUSES = GONE_STATUSES | {204}
"""Statuses of a second DELETE: DELETE is idempotent (RFC 9110, section 9.2.2), so that its answer may be so too."""
_COST = 5  # the deletion, two reads of the deleted object, two of another one


def read_deleted(deleted: OperationResponse) -> Steps[OperationResponse]:
    """Send GET to the place where something was deleted."""
    request = msgspec.structs.replace(
        deleted.exchange.request, operation=f"GET {deleted.operation.path}", method="GET", fresh=True
    )
    return (yield from send(deleted.operation, request))


def check_deleted(deleted: OperationResponse) -> Steps[bool]:
    """Check that neither GET nor DELETE finds the object after a DELETE; return whether a GET does not show it."""
    read = yield from read_deleted(deleted)
    second_delete = yield from send(deleted.operation, deleted.exchange.request)
    if read.is_success and (rule := find_excused_deletion(deleted.operation.key, deleted.status)):
        yield report_excused_deletion(deleted, read, rule)
        return False
    correct = True
    for response, attempt, statuses in (
        (read, "GET after DELETE does not return 404", GONE_STATUSES | {405}),
        (second_delete, "a second DELETE returns neither 404 nor 204", REPEATED_STATUSES),
    ):
        if response.status not in statuses:
            correct = False
            expected = "404" if response is read else "404 or 204"
            yield fail_case(
                second_delete, "WRT-04", attempt, expected=expected, actual=str(response.status), also=(deleted, read)
            )
    if correct:
        yield pass_case(second_delete, "WRT-04")
    return not read.is_success


def report_excused_deletion(deleted: OperationResponse, read: OperationResponse, rule: StatedRule) -> Outcome:
    """Return the outcome of an object that is still there after a DELETE, as a stated rule allows."""
    message = (
        f"the deleted object can still be read (one reading: {rule.reading} The other: {rule.statement} {rule.pointer})"
    )
    return judge_case(deleted, "WRT-04", Verdict.REVIEW, message, expected="404", actual=str(read.status), also=(read,))


def check_not_listed(deleted: OperationResponse, created: OperationResponse, subject: Subject) -> Steps[None]:
    """Check that no list shows the deleted object."""
    path, resource = find_address(created, subject), subject.model.resources_by_name.get(created.operation.resource)
    lister = find_list_operation(resource, subject) if resource else None
    request = created.exchange.request
    page = (yield from find_settled_page(lister, request, path, subject, is_wanted=False)) if lister else None
    if page is not None and has_item_at(page, path, subject):
        message = "the list still shows the deleted object"
        yield fail_case(deleted, "WRT-04", message, expected="a list without it", actual=path, also=(page,))


def check_others_remain(
    deleted: OperationResponse, created: OperationResponse, others: Iterable[str], subject: Subject
) -> Steps[None]:
    """Check that the objects at other paths still exist."""
    for path in others:
        if path not in {"", find_address(created, subject)}:
            yield from _check_not_deleted(path, deleted, subject)


def read_path(path: str, subject: Subject, identity: str = "full") -> Steps[OperationResponse | None]:
    """Read what is at a path now; None where no operation reads it."""
    reader = find_reader(path, subject.model)
    if reader is None:
        return None
    return (yield from send(reader, Request(reader.key, "GET", path, identity=identity, fresh=True)))


def _check_not_deleted(path: str, deleted: OperationResponse, subject: Subject) -> Steps[None]:
    """Report an object that was not deleted and is gone in two reads."""
    for repeated in (False, True):
        remaining = yield from read_path(path, subject)
        if remaining is None or remaining.status not in GONE_STATUSES:
            return
        if repeated:
            message = "deleting one object removes another one"
            yield fail_case(
                deleted, "WRT-04", message, expected=f"200 at {path}", actual=str(remaining.status), also=(remaining,)
            )


def _is_delete_without_create(operation: Operation, model: ResourceModel) -> bool:
    """Return whether the operation deletes what no operation creates."""
    collection = operation.path.rpartition("/")[0]
    creatable = any(candidate.role is Role.CREATE and candidate.path == collection for candidate in model.operations)
    return is_deletion(operation, model) and not creatable


def _needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    return (*plain_read_needs(operation, model)[:-1], Need(f"write {operation.key}", _COST, shared=False))


def delete_object(operation: Operation, subject: Subject) -> Steps[None]:
    """Delete one of several objects that no operation creates; only on the built-in server, where nobody owns them."""
    if subject.target.kind != TargetKind.BUILTIN:
        yield from report_untested(("WRT-04",), operation, Missing("only objects that the run created are deleted"))
        return
    calls = yield from find_calls(operation, subject, 3)
    if not calls:
        missing = yield from find_call(operation, subject)
        yield from report_untested(
            ("WRT-04",), operation, missing if isinstance(missing, Missing) else Missing("no call is possible")
        )
        return
    neighbour = (yield from read_path(calls[0].path, subject)) if len(calls) > 1 else None
    deleted = yield from send(operation, calls[-1].build_request())
    if not deleted.is_success:
        yield judge_case(deleted, "WRT-04", Verdict.INCONCLUSIVE, f"the first DELETE returns {deleted.status}")
        return
    yield from check_deleted(deleted)
    if neighbour is not None and neighbour.is_success:
        yield from _check_not_deleted(calls[0].path, deleted, subject)


PROBES = (Probe("delete", ("WRT-04",), _is_delete_without_create, _needs, delete_object, writes=True),)
