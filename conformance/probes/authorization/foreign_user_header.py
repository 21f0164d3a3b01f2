"""AUT-13: with the user header, the token of one user still shows nothing of another user."""

import msgspec

from conformance.evidence.filter_semantics import extract_id
from conformance.evidence.json_bodies import UNREADABLE
from conformance.evidence.outcomes import fail_case, judge_case, pass_case, quote_json, skip_case
from conformance.evidence.payers import USER_A, USER_B
from conformance.evidence.responses import OperationResponse
from conformance.evidence.subject import Subject
from conformance.model import Operation, ResourceModel, Role, Verdict
from conformance.probes.authorization.tenancy import find_two_people, is_shared
from conformance.probes.responses.plain_reads import plain_read_needs
from conformance.probes.toolkit.base import Need, Probe, Steps, choose_turn, send
from conformance.probes.toolkit.calls import Missing, find_call, report_untested
from conformance.probes.toolkit.samples import know_ways, try_ways


def is_user_scoped_read(operation: Operation, model: ResourceModel) -> bool:
    """Return whether the operation is a secured GET that documents the user header."""
    is_read = operation.method == "GET" and operation.role is not Role.REDIRECT
    return is_read and operation.is_secured and bool(operation.user_header) and bool(model.principal_resource)


def _needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    """Return the reads that find both users and what each of them has, and the read with the header."""
    people = model.resources_by_name[model.principal_resource].list_path
    return (
        *(Need(f"read {people}", identity=identity) for identity in (USER_A, USER_B)),
        *plain_read_needs(operation, model, USER_A),
        Need(f"read {operation.path}" + (" of another" if "{" in operation.path else ""), identity=USER_B),
        Need(f"read {operation.path} for another", identity=USER_B, sampled=True),
    )


def read_for_another(operation: Operation, subject: Subject) -> Steps[None]:
    """Read what user_a has with the token of user_b, and user_a in the header."""
    people = yield from find_two_people(subject)
    if not people:
        reason = "it is not known that user_a and user_b are two users"
        yield skip_case("AUT-13", operation.key, Verdict.NOT_OBSERVABLE, reason)
        return
    call = yield from find_call(operation, subject, USER_A)
    if isinstance(call, Missing):
        yield from report_untested(("AUT-13",), operation, call)
        return
    mine = yield from send(operation, call.build_request())
    other_headers = tuple((name, value) for name, value in call.headers if name != operation.user_header)
    foreign = msgspec.structs.replace(call, identity=USER_B, headers=other_headers)
    theirs = yield from send(operation, foreign.build_request())
    if "{" in operation.path and (yield from is_shared(call, subject)):
        yield judge_case(mine, "AUT-13", Verdict.NOT_APPLICABLE, "the lists of both users show it")
        return

    def name_owner(owner: str) -> Steps[None]:
        named = msgspec.structs.replace(foreign, headers=(*other_headers, (operation.user_header, owner)))
        response = yield from send(operation, named.build_request())
        yield from _check_nothing_shown(response, mine, theirs)

    forms = (people[0], extract_id(people[0]))
    yield from try_ways(forms, 1, subject, name_owner, start=choose_turn(operation, len(forms)))


def _check_nothing_shown(
    response: OperationResponse, mine: OperationResponse, theirs: OperationResponse
) -> Steps[None]:
    """Check that a response shows nothing that user_a has and user_b does not see without the header."""
    if 400 <= response.status < 500:
        yield pass_case(response, "AUT-13")
        return
    if not response.is_success or not mine.is_success or response.json is UNREADABLE:
        reason = f"the owner gets {mine.status}, the other user {response.status}"
        yield judge_case(response, "AUT-13", Verdict.NOT_OBSERVABLE, reason, also=(mine,))
        return
    message = "with the user header, one user can read another user's resource"
    seen = {quote_json(item.get("url", item)) for _, item in theirs.objects}
    hidden = {quote_json(item.get("url", item)) for _, item in mine.objects} - seen
    foreign_item = next((item for _, item in response.objects if quote_json(item.get("url", item)) in hidden), None)
    if foreign_item is not None:
        actual = quote_json(foreign_item.get("url", foreign_item))
        yield fail_case(response, "AUT-13", message, expected="403", actual=actual, also=(mine, theirs))
    elif hidden:
        yield pass_case(response, "AUT-13")
    else:
        reason = "the owner has no resource that the other user does not see"
        yield judge_case(response, "AUT-13", Verdict.NOT_APPLICABLE, reason, also=(mine, theirs))


PROBES = (
    Probe(
        "foreign-user-header", ("AUT-13",), is_user_scoped_read, _needs, read_for_another,
        identities=(USER_A, USER_B), ways=know_ways(2),  # the URL of the user, and the id
    ),
)  # fmt: skip
