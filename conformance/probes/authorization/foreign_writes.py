"""AUT-05 of writes: what is one person's nobody else changes, deletes, or adds to."""

import msgspec

from conformance.evidence.outcomes import fail_case, judge_case, pass_case, skip_case
from conformance.evidence.responses import OperationResponse
from conformance.evidence.subject import Subject
from conformance.model import Operation, Request, ResourceModel, Role, Verdict
from conformance.model.exchange import WRONG_BODY
from conformance.probes.authorization.tenancy import (
    USER_A,
    USER_B,
    find_two_people,
    has_owner,
    headers_without_user,
    is_shared,
    separation_needs,
)
from conformance.probes.toolkit.base import Need, Probe, Steps, send
from conformance.probes.toolkit.calls import Missing, find_call, report_untested
from conformance.probes.toolkit.harmless_requests import harmless
from conformance.probes.toolkit.write_requests import (
    JSON,
    Write,
    build_write,
    creation_and_deletion,
    delete_created,
    find_address,
    find_deleter,
    find_effect_reader,
    find_writable,
    is_new,
)
from conformance.probes.writes.deletions import GONE_STATUSES, read_path


def _updates(operation: Operation, model: ResourceModel) -> bool:
    return operation.role is Role.UPDATE and operation.is_secured and has_owner(operation, model)


def _foreign_needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    learnt = separation_needs(operation, model)
    return (*learnt, Need(f"write {operation.key} of another", identity=USER_B, shared=False))


def foreign_write(operation: Operation, subject: Subject) -> Steps[None]:
    """AUT-05: B may not write what is A's; what is sent is what is there already."""
    people = yield from find_two_people(subject)
    call = yield from find_call(operation, subject, USER_A)
    if isinstance(call, Missing) or not people:
        missing = call if isinstance(call, Missing) else Missing("user_a and user_b are not seen to be two people")
        yield from report_untested(("AUT-05",), operation, missing)
        return
    reader = find_effect_reader(call, subject)
    mine = (yield from send(reader.operation, reader.build_request())) if reader else None
    known = find_writable(operation, subject)
    state = mine.json if mine and mine.is_success and isinstance(mine.json, dict) else {}
    body = {name: value for name, value in state.items() if name in known and value is not None}
    valid = body and not subject.validators.validate_request_body(operation, JSON, body)
    if not valid or (yield from is_shared(call, subject)):
        yield skip_case(
            "AUT-05", operation.key, Verdict.NOT_APPLICABLE, "nothing of one person's alone can be sent back"
        )
        return
    write = Write(msgspec.structs.replace(call, identity=USER_B, headers=headers_without_user(call)), body)
    answer = yield from send(operation, write.request(body))
    if answer.status in {403, 404}:
        yield from _refused(answer, subject)
    elif answer.is_success:
        message = "one user writes what is another's"
        yield fail_case(answer, "AUT-05", message, expected="404 or 403", actual=str(answer.status))
    else:
        reason = f"it answers {answer.status}, which writes nothing and refuses nobody"
        yield judge_case(answer, "AUT-05", Verdict.NOT_OBSERVABLE, reason)


def _at_anothers(operation: Operation, model: ResourceModel) -> bool:
    """Whether it changes what its path names, or creates below it, with a body that can be made wrong."""
    named = operation.path.count("{") > 0 and operation.path_parameters
    creates = operation.role is Role.CREATE and operation.is_secured and has_owner(operation, model)
    return bool((creates or _updates(operation, model)) and named and operation.body)


def _wrong_needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    return (*separation_needs(operation, model), Need(f"wrong {operation.key} of another", 2, USER_B, shared=False))


def foreign_refusal(operation: Operation, subject: Subject) -> Steps[None]:
    """AUT-05 without effect: a wrong body that B sends to what is A's is answered as one sent to nothing is.

    A server that finds nothing of A's for B looks at no body; one that calls it wrong would have taken a right one.
    """
    people = yield from find_two_people(subject)
    call = yield from find_call(operation, subject, USER_A)
    wrong = harmless(operation, subject, USER_B)
    if isinstance(call, Missing) or isinstance(wrong, Missing) or not people or not wrong.body:
        missing = call if isinstance(call, Missing) else Missing("no two people are known, or no body is wrong")
        yield from report_untested(("AUT-05",), operation, missing)
        return
    if (yield from is_shared(call, subject)):
        yield skip_case("AUT-05", operation.key, Verdict.NOT_APPLICABLE, "both users are shown it in their lists")
        return
    plain = msgspec.structs.replace(call, identity=USER_B, headers=headers_without_user(call)).build_request()
    headers = (*plain.headers, ("Content-Type", JSON))
    answer = yield from send(
        operation, msgspec.structs.replace(plain, headers=headers, body=wrong.body, inert=WRONG_BODY)
    )
    if answer.status in {403, 404}:
        yield from _refused(answer, subject)
        return
    nothing = yield from send(operation, wrong)
    if nothing.status == 404 and (answer.is_success or answer.status in {400, 422}):
        message = "a write of one user finds what is another's"
        yield fail_case(answer, "AUT-05", message, expected="404 or 403", actual=str(answer.status), also=(nothing,))
    else:
        reason = f"it answers {answer.status} there and {nothing.status} where nothing is: the body may come first"
        yield judge_case(answer, "AUT-05", Verdict.NOT_OBSERVABLE, reason, also=(nothing,))


def _deletable(operation: Operation, model: ResourceModel) -> bool:
    """Whether it creates what is one person's and can be deleted again."""
    deleted = any(each.role is Role.DELETE and each.resource == operation.resource for each in model.operations)
    return operation.role is Role.CREATE and operation.is_secured and has_owner(operation, model) and deleted


def _deletion_needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    made = Need(f"write {operation.key} to be deleted", 3, USER_A, shared=False)
    return (
        *separation_needs(operation, model),
        made,
        Need(f"delete {operation.key} of another", 1, USER_B, shared=False),
    )


def foreign_delete(operation: Operation, subject: Subject) -> Steps[None]:
    """AUT-05: B may not delete what A made for this; A deletes it."""
    people = yield from find_two_people(subject)
    write = yield from build_write(operation, subject, "foreign", USER_A)
    if isinstance(write, Missing) or not people:
        missing = write if isinstance(write, Missing) else Missing("user_a and user_b are not seen to be two people")
        yield from report_untested(("AUT-05",), operation, missing)
        return
    made = yield from send(operation, write.request(write.body))
    deleter = find_deleter(find_address(made, subject), subject) if is_new(made) else None
    if deleter is None:
        reason = f"user_a makes nothing that can be deleted: {made.status}"
        yield skip_case("AUT-05", operation.key, Verdict.NOT_OBSERVABLE, reason)
        yield from delete_created(made, subject)
        return
    path = find_address(made, subject)
    before = yield from read_path(path, subject, USER_A)
    answer = yield from send(deleter, Request(deleter.key, "DELETE", path, identity=USER_B))
    left = (yield from read_path(path, subject, USER_A)) if answer.is_success else None
    if answer.status in {403, 404}:
        yield from _refused(answer, subject)
    elif before is not None and before.is_success and left is not None and left.status in GONE_STATUSES:
        message, also = "one user deletes what is another's", (made, before, left)
        yield fail_case(answer, "AUT-05", message, expected="404 or 403", actual=str(answer.status), also=also)
    else:
        reason = f"it answers {answer.status}, and neither deletes a thing nor refuses anybody"
        yield judge_case(answer, "AUT-05", Verdict.NOT_OBSERVABLE, reason, also=(made,))
    if left is None or left.status not in GONE_STATUSES:
        yield from delete_created(made, subject)
    yield judge_case(made, "AUT-05", Verdict.NOT_APPLICABLE, f"what it made was for {deleter.key} alone")


def _refused(answer: OperationResponse, subject: Subject) -> Steps[None]:
    """Judge a refusal of another user's resource; it shows nothing where B is forbidden the same of a made-up id."""
    operation = answer.operation
    nothing = harmless(operation, subject, USER_B) if answer.status == 403 else None
    other = (yield from send(operation, nothing)) if isinstance(nothing, Request) else None
    if other is not None and other.status == 403:
        reason = "user_b is forbidden the same where nothing is: perhaps its token may not do this at all"
        yield judge_case(answer, "AUT-05", Verdict.NOT_OBSERVABLE, reason, also=(other,))
    else:
        yield pass_case(answer, "AUT-05")


PROBES = (
    Probe(
        "invalid-foreign-write", ("AUT-05",), _at_anothers, _wrong_needs, foreign_refusal, identities=(USER_A, USER_B)
    ),
    Probe(
        "foreign-delete",
        ("AUT-05",),
        _deletable,
        _deletion_needs,
        foreign_delete,
        writes=True,
        sends=creation_and_deletion,
        identities=(USER_A, USER_B),
    ),
    Probe(
        "foreign-update", ("AUT-05",), _updates, _foreign_needs, foreign_write, writes=True, identities=(USER_A, USER_B)
    ),
)
