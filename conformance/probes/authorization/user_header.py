"""AUT-06: a header narrows an application's view to one user."""

import msgspec

from conformance.evidence.filter_semantics import extract_id
from conformance.evidence.outcomes import fail_case, judge_case, pass_case, quote_json
from conformance.evidence.owners import find_owners
from conformance.evidence.payers import READER, USER_A, USER_B
from conformance.evidence.responses import OperationResponse
from conformance.evidence.subject import Subject
from conformance.model import Operation, Request, ResourceModel, Role, Verdict
from conformance.probes.authorization.tenancy import find_two_people, headers_without_user
from conformance.probes.responses.plain_reads import plain_read_needs
from conformance.probes.toolkit.base import Need, Probe, Steps, send
from conformance.probes.toolkit.calls import Missing, OperationCall, find_call, find_list_operation, report_untested
from conformance.probes.toolkit.repetition import confirm_violations

_MALFORMED_USER = "nobody"


def _has_user_header(operation: Operation, model: ResourceModel) -> bool:
    """Return whether the operation is a read that documents the user header."""
    return operation.method == "GET" and bool(operation.user_header)


def _needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    """Return the reads that find users, and the reads with and without the user header."""
    people = model.resources_by_name.get(model.principal_resource)
    user_reads = (
        tuple(Need(f"read {people.list_path}", identity=identity) for identity in (READER, USER_A, USER_B))
        if people
        else ()
    )
    # a malformed user, then no user, then both forms of the header
    count = 1 + operation.user_required + 2 * _is_first_list(operation, model)
    narrowed_reads = (one_user_need(operation), Need(f"read {operation.path} as odd users", count, READER))
    of_a = plain_read_needs(operation, model, USER_A)
    own = (
        of_a
        if operation.role is Role.LIST
        else (*of_a[:-1], Need(f"read {operation.path} of another", identity=USER_B))
    )
    return (*user_reads, *plain_read_needs(operation, model, READER), *narrowed_reads, *own)


def one_user_need(operation: Operation) -> Need:
    """Return the need of the read for one user."""
    return Need(f"read {operation.path} as one user", identity=READER)


def _is_first_list(operation: Operation, model: ResourceModel) -> bool:
    """Return whether this is the one operation on which both forms of the header are tested."""
    return operation == next((o for o in model.operations if _has_user_header(o, model) and o.role is Role.LIST), None)


def narrow_to_user(operation: Operation, subject: Subject) -> Steps[None]:
    """Judge AUT-06 with an application's token: with a user, with a malformed user, and without one."""
    call = yield from find_call(operation, subject, subject.reader)
    if isinstance(call, Missing):
        yield from report_untested(("AUT-06",), operation, call)
        return
    plain = yield from send(operation, call.build_request())
    if not plain.is_success:
        yield judge_case(plain, "AUT-06", Verdict.NOT_OBSERVABLE, f"the plain read returns {plain.status}")
        return
    yield from _expect_400(call, _MALFORMED_USER, "a malformed user")
    if operation.user_required:
        yield from _expect_400(call, "", "a missing user")
    people = yield from find_users(subject)
    yield from _check_one_user(call, plain, people, subject)
    if _is_first_list(operation, subject.model) and people:
        yield from _compare_header_forms(call, people[0])


def add_user_header(call: OperationCall, value: str) -> Request:
    """Return the request of a call with another value of the user header; an empty value leaves it out."""
    other_headers = headers_without_user(call)
    user_headers = ((call.operation.user_header, value),) if value else ()
    return msgspec.structs.replace(call.build_request(), headers=(*other_headers, *user_headers))


def _expect_400(call: OperationCall, value: str, fault_name: str) -> Steps[None]:
    """Send a value of the user header that must be refused with 400."""
    response = yield from send(call.operation, add_user_header(call, value))
    if response.status == 400:
        yield pass_case(response, "AUT-06")
        return
    name = call.operation.user_header
    message = f"{fault_name} in {name} is not refused with 400"
    yield fail_case(response, "AUT-06", message, expected="400", actual=str(response.status), pointer=f"header:{name}")


def find_users(subject: Subject) -> Steps[tuple[str, ...]]:
    """Return the URLs of the users that the application sees."""
    resource = subject.model.resources_by_name.get(subject.model.principal_resource)
    operation = find_list_operation(resource, subject) if resource else None
    if operation is None:
        return ()
    response = yield from send(operation, Request(operation.key, "GET", operation.path, identity=subject.reader))
    return tuple(url for _, item in response.objects if isinstance(url := item.get("url"), str))


def _check_one_user(
    call: OperationCall, plain: OperationResponse, people: tuple[str, ...], subject: Subject
) -> Steps[None]:
    """Check that a response for one user in the header shows nothing that names another user as its owner."""
    resource = subject.model.resources_by_name.get(call.operation.resource)
    shown_owners = list_owners(plain, subject)
    other_users = [user for user in people if extract_id(user) not in map(extract_id, shown_owners[:1])]
    if resource is None or not shown_owners or not other_users:
        yield from _compare_with_own_token(call, plain, subject)
        return
    chosen_user = shown_owners[0] if plain.operation.role is Role.LIST else other_users[0]
    response = yield from send_as_user(call, chosen_user)
    if response.status in {403, 404} and plain.operation.role is not Role.LIST:
        yield pass_case(response, "AUT-06")
        return
    if not response.is_success:
        message = "an existing user is refused in the header"
        yield fail_case(response, "AUT-06", message, expected="2xx", actual=str(response.status), also=(plain,))
        return
    foreign_items = [
        (at, owner)
        for at, item in response.objects
        for owner in find_owners(item, resource, subject.model)
        if extract_id(owner) != extract_id(chosen_user)  # a link with another path is a fault of links
    ]
    for at, owner in foreign_items[:3]:
        message = f"{call.operation.user_header} names one user, and a resource of another user is shown"
        yield fail_case(response, "AUT-06", message, expected=chosen_user, actual=owner, pointer=at, also=(plain,))
    if not foreign_items and response.objects:
        yield pass_case(response, "AUT-06")


def list_owners(response: OperationResponse, subject: Subject) -> list[str]:
    """Return the URLs of the owners that the resources in a response name, in order."""
    resource = subject.model.resources_by_name.get(response.operation.resource)
    return [owner for _, item in response.objects if resource for owner in find_owners(item, resource, subject.model)]


def send_as_user(call: OperationCall, url: str) -> Steps[OperationResponse]:
    """Send a call for a user by id, and by URL where the id is refused; `_compare_header_forms` reports on the form."""
    by_id = yield from send(call.operation, add_user_header(call, extract_id(url)))
    if by_id.status != 400:
        return by_id
    by_url = yield from send(call.operation, add_user_header(call, url))
    return by_id if by_url.status == 400 else by_url


def _compare_with_own_token(call: OperationCall, plain: OperationResponse, subject: Subject) -> Steps[None]:
    """Compare with the user's own token, where no item says whose it is."""
    people = (yield from find_two_people(subject)) if {USER_A, USER_B} <= {*subject.target.identities} else ()
    if not people or plain.operation.resource == subject.model.principal_resource:
        yield judge_case(
            plain, "AUT-06", Verdict.NOT_APPLICABLE, "the plain response does not say which user it belongs to"
        )
    elif plain.operation.role is Role.LIST:
        yield from _check_as_user_a(call, people, subject)
    else:
        yield from _check_as_user_b(call, plain, people, subject)


def _check_as_user_b(
    call: OperationCall, plain: OperationResponse, people: tuple[str, ...], subject: Subject
) -> Steps[None]:
    """Check that with user_b in the header nothing is shown that user_b's own token is refused."""
    own = yield from find_call(call.operation, subject, USER_A)
    if isinstance(own, Missing):
        yield judge_case(
            plain, "AUT-06", Verdict.NOT_APPLICABLE, f"no resource of user_a is known to test it with: {own.reason}"
        )
        return
    of_b = msgspec.structs.replace(own, headers=headers_without_user(own), identity=USER_B)
    refused = yield from send(call.operation, of_b.build_request())
    whole = msgspec.structs.replace(of_b, identity=call.identity)
    seen = yield from send(
        call.operation, whole.build_request() if not call.operation.user_required else own.build_request()
    )
    if refused.status != 404 or not seen.is_success:
        reason = f"a resource of user_a gives {refused.status} to user_b and {seen.status} without a user"
        yield judge_case(refused, "AUT-06", Verdict.NOT_APPLICABLE, reason, also=(seen,))
        return
    response = yield from send_as_user(whole, people[1])
    if response.status in {403, 404}:
        yield pass_case(response, "AUT-06")
    elif response.items:
        message = (
            f"{call.operation.user_header} names a user, and a resource is shown that the user's own token is refused"
        )
        yield fail_case(
            response, "AUT-06", message, expected="404 or 403", actual=str(response.status), also=(refused,)
        )
    else:
        yield judge_case(
            response, "AUT-06", Verdict.NOT_OBSERVABLE, f"the response is {response.status}", also=(refused,)
        )


def _check_as_user_a(call: OperationCall, people: tuple[str, ...], subject: Subject) -> Steps[None]:
    """Check that with user_a in the header a list shows nothing that it does not show to user_a's own token."""
    own = msgspec.structs.replace(call, identity=USER_A, headers=headers_without_user(call))
    own_list = yield from send(call.operation, own.build_request())
    response = yield from send_as_user(call, people[0])
    pagination = call.operation.pagination
    is_complete = own_list.is_success and (pagination is None or len(own_list.items) < pagination.default_size)
    own_urls = {item.get("url") for _, item in own_list.objects}
    foreign_items = [
        (at, item.get("url")) for at, item in response.objects if is_complete and item.get("url") not in own_urls
    ]
    if foreign_items:  # it may be new since the list of user_a was read
        own_list = yield from send(call.operation, own.build_request(fresh=True))
        own_urls = {item.get("url") for _, item in own_list.objects}
        foreign_items = [(at, url) for at, url in foreign_items if own_list.is_success and url not in own_urls]
    for at, url in foreign_items[:3]:
        message = f"{call.operation.user_header} names a user, and an item is shown that the user's own list lacks"
        yield fail_case(response, "AUT-06", message, actual=quote_json(url), pointer=at, also=(own_list,))
    if is_complete and response.objects and not foreign_items:
        yield pass_case(response, "AUT-06")
    else:
        yield judge_case(
            response, "AUT-06", Verdict.NOT_APPLICABLE, "the list of the user is empty or longer than one page"
        )


def _compare_header_forms(call: OperationCall, url: str) -> Steps[None]:
    """Report for review where only one form of the header is taken, the URL of a user or the id.

    The guide sets the header to the URL, the description to the id.
    """
    by_id = yield from send(call.operation, add_user_header(call, extract_id(url)))
    by_url = yield from send(call.operation, add_user_header(call, url))
    if by_id.is_success is by_url.is_success:
        return
    message = "the sources contradict each other on the form of the header: the id here, the URL there"
    actual = f"id: {by_id.status}, URL: {by_url.status}"
    yield judge_case(by_url, "AUT-06", Verdict.REVIEW, message, expected="both or either", actual=actual, also=(by_id,))


PROBES = (
    Probe(
        "user-header", ("AUT-06",), _has_user_header, _needs, confirm_violations(narrow_to_user), is_unique_way=True,
    ),
)  # fmt: skip
