"""AUT-05 for writes: no user finds a resource of another user by a write, deletes it, or adds to it."""

import msgspec

from conformance.evidence.outcomes import fail_case, judge_case, pass_case, skip_case
from conformance.evidence.payers import USER_A, USER_B
from conformance.evidence.responses import OperationResponse
from conformance.evidence.subject import Subject
from conformance.model import Operation, Request, ResourceModel, Role, Verdict
from conformance.model.exchange import WRONG_BODY
from conformance.probes.authorization.tenancy import (
    find_two_people,
    has_owner,
    headers_without_user,
    is_shared,
    separation_needs,
)
from conformance.probes.toolkit.base import Need, Probe, Steps, send
from conformance.probes.toolkit.calls import Missing, find_call, report_untested
from conformance.probes.toolkit.harmless_requests import build_harmless_request
from conformance.probes.toolkit.write_requests import (
    JSON,
    build_write,
    creation_and_deletion,
    delete_created,
    find_address,
    find_deleter,
    is_new,
)
from conformance.probes.writes.deletions import GONE_STATUSES, read_path


def is_owned_update(operation: Operation, model: ResourceModel) -> bool:
    """Return whether the operation updates a resource whose owner is documented."""
    return operation.role is Role.UPDATE and operation.is_secured and has_owner(operation, model)


def _can_send_invalid_write(operation: Operation, model: ResourceModel) -> bool:
    """Return whether the operation updates the resource of its path, or creates below it, with a body."""
    has_id = operation.path.count("{") > 0 and operation.path_parameters
    creates = operation.role is Role.CREATE and operation.is_secured and has_owner(operation, model)
    return bool((creates or is_owned_update(operation, model)) and has_id and operation.body)


def _invalid_write_needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    return (*separation_needs(operation, model), Need(f"wrong {operation.key} of another", 2, USER_B, shared=False))


def send_invalid_foreign_write(operation: Operation, subject: Subject) -> Steps[None]:
    """Check that user_b's invalid body gets the same response for user_a's resource and for an unknown id (AUT-05).

    A server that hides the resource does not look at the body; one that calls the body wrong would have taken a valid
    one. No request takes effect.
    """
    people = yield from find_two_people(subject)
    call = yield from find_call(operation, subject, USER_A)
    invalid_request = build_harmless_request(operation, subject, USER_B)
    if isinstance(call, Missing) or isinstance(invalid_request, Missing) or not people or not invalid_request.body:
        missing = (
            call if isinstance(call, Missing) else Missing("no two users are known, or no invalid body can be made")
        )
        yield from report_untested(("AUT-05",), operation, missing)
        return
    if (yield from is_shared(call, subject)):
        yield skip_case("AUT-05", operation.key, Verdict.NOT_APPLICABLE, "the lists of both users show it")
        return
    valid_request = msgspec.structs.replace(call, identity=USER_B, headers=headers_without_user(call)).build_request()
    headers = (*valid_request.headers, ("Content-Type", JSON))
    response = yield from send(
        operation, msgspec.structs.replace(valid_request, headers=headers, body=invalid_request.body, inert=WRONG_BODY)
    )
    if response.status in {403, 404}:
        yield from judge_refusal(response, subject)
        return
    unknown_response = yield from send(operation, invalid_request)
    if unknown_response.status == 404 and (response.is_success or response.status in {400, 422}):
        message = "one user's write finds another user's resource"
        yield fail_case(
            response, "AUT-05", message, expected="404 or 403", actual=str(response.status), also=(unknown_response,)
        )
    else:
        statuses = f"{response.status} there and {unknown_response.status} for an id that does not exist"
        reason = f"it returns {statuses}: the body may come first"
        yield judge_case(response, "AUT-05", Verdict.NOT_OBSERVABLE, reason, also=(unknown_response,))


def _is_deletable_creation(operation: Operation, model: ResourceModel) -> bool:
    """Return whether the operation creates a resource of one user that can be deleted again."""
    is_deletable = any(o.role is Role.DELETE and o.resource == operation.resource for o in model.operations)
    return operation.role is Role.CREATE and operation.is_secured and has_owner(operation, model) and is_deletable


def _deletion_needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    created = Need(f"write {operation.key} to be deleted", 3, USER_A, shared=False)
    return (
        *separation_needs(operation, model),
        created,
        Need(f"delete {operation.key} of another", 1, USER_B, shared=False),
    )


def send_foreign_deletion(operation: Operation, subject: Subject) -> Steps[None]:
    """Check that user_b may not delete a resource that user_a created for this; user_a deletes it (AUT-05)."""
    people = yield from find_two_people(subject)
    write = yield from build_write(operation, subject, "foreign", USER_A)
    if isinstance(write, Missing) or not people:
        missing = (
            write if isinstance(write, Missing) else Missing("it is not known that user_a and user_b are two users")
        )
        yield from report_untested(("AUT-05",), operation, missing)
        return
    created = yield from send(operation, write.request(write.body))
    deleter = find_deleter(find_address(created, subject), subject) if is_new(created) else None
    if deleter is None:
        reason = f"user_a creates nothing that can be deleted: {created.status}"
        yield skip_case("AUT-05", operation.key, Verdict.NOT_OBSERVABLE, reason)
        yield from delete_created(created, subject)
        return
    path = find_address(created, subject)
    before = yield from read_path(path, subject, USER_A)
    response = yield from send(deleter, Request(deleter.key, "DELETE", path, identity=USER_B))
    remaining = (yield from read_path(path, subject, USER_A)) if response.is_success else None
    if response.status in {403, 404}:
        yield from judge_refusal(response, subject)
    elif before is not None and before.is_success and remaining is not None and remaining.status in GONE_STATUSES:
        message, also = "one user can delete another user's resource", (created, before, remaining)
        yield fail_case(response, "AUT-05", message, expected="404 or 403", actual=str(response.status), also=also)
    else:
        reason = f"it returns {response.status}, which is neither a deletion nor a refusal"
        yield judge_case(response, "AUT-05", Verdict.NOT_OBSERVABLE, reason, also=(created,))
    if remaining is None or remaining.status not in GONE_STATUSES:
        yield from delete_created(created, subject)
    yield judge_case(created, "AUT-05", Verdict.NOT_APPLICABLE, f"what it made was for {deleter.key} alone")


def judge_refusal(response: OperationResponse, subject: Subject) -> Steps[None]:
    """Judge the refusal of another user's resource; it proves nothing if an unknown id is refused in the same way."""
    operation = response.operation
    request = build_harmless_request(operation, subject, USER_B) if response.status == 403 else None
    unknown_response = (yield from send(operation, request)) if isinstance(request, Request) else None
    if unknown_response is not None and unknown_response.status == 403:
        reason = "user_b is refused in the same way where nothing exists: perhaps its token may not do this at all"
        yield judge_case(response, "AUT-05", Verdict.NOT_OBSERVABLE, reason, also=(unknown_response,))
    else:
        yield pass_case(response, "AUT-05")


PROBES = (
    Probe(
        "invalid-foreign-write",
        ("AUT-05",),
        _can_send_invalid_write,
        _invalid_write_needs,
        send_invalid_foreign_write,
        identities=(USER_A, USER_B),
    ),
    Probe(
        "foreign-delete",
        ("AUT-05",),
        _is_deletable_creation,
        _deletion_needs,
        send_foreign_deletion,
        rank=2,
        writes=True,
        sends=creation_and_deletion,
        identities=(USER_A, USER_B),
    ),
)
