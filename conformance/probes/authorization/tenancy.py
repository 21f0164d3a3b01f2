"""AUT-05: resources of one user are hidden from every other user."""

from collections.abc import Iterator
from typing import Any

import msgspec

from conformance.evidence.filter_semantics import extract_id
from conformance.evidence.outcomes import fail_case, judge_case, pass_case, quote_json, skip_case
from conformance.evidence.owners import find_owners
from conformance.evidence.payers import USER_A, USER_B
from conformance.evidence.responses import OperationResponse
from conformance.evidence.subject import Subject
from conformance.evidence.urls import strip_base_url
from conformance.model import Operation, Outcome, Request, ResourceModel, Role, Verdict
from conformance.probes.authorization.foreign_queries import (
    count_other_queries,
    list_thing_needs,
    search_as_other_user,
)
from conformance.probes.responses.plain_reads import plain_read_needs
from conformance.probes.toolkit.base import Need, Probe, Steps, send
from conformance.probes.toolkit.calls import Missing, OperationCall, find_call, find_list_operation, report_untested
from conformance.probes.toolkit.pages import parse_page
from conformance.probes.toolkit.repetition import confirm_violations
from conformance.tools.link_header import BLANK_TARGET


def is_personal_read(operation: Operation, model: ResourceModel) -> bool:
    """Return whether the operation is a secured read of resources with an owner, or has the user header."""
    return (
        operation.method == "GET"
        and operation.is_secured
        and (has_owner(operation, model) or bool(operation.user_header))
    )


def has_owner(operation: Operation, model: ResourceModel) -> bool:
    """Return whether the operation acts on resources whose owner is documented."""
    return operation.resource in model.personal_resources


def separation_needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    """Return the reads that find both users, what user_a has, and what user_b requests of it."""
    if not has_owner(operation, model):
        return ()
    resource = model.resources_by_name[model.principal_resource]
    people = tuple(Need(f"read {resource.list_path}", identity=identity) for identity in (USER_A, USER_B))
    list_reads = () if "{" in operation.path else plain_read_needs(operation, model, USER_B)
    list_reads += plain_read_needs(operation, model, USER_B)[:-1] if is_nested_item(operation) else ()
    further = _count_further_requests(operation, model)
    foreign_reads = (
        *((Need(f"read {operation.path} of another", identity=USER_B),) if "{" in operation.path else ()),
        *((Need(f"read {operation.path} of another in further ways", further, identity=USER_B),) if further else ()),
    )
    return (
        *people,
        *plain_read_needs(operation, model, USER_A),
        *_own_list_needs(operation, model),
        *list_thing_needs(operation, model),
        *foreign_reads,
        *list_reads,
    )


def _count_further_requests(operation: Operation, model: ResourceModel) -> int:
    """Return the number of requests of user_b beside the plain read.

    They are: for a resource of user_a, with `expand` and below another parent; for a list, its other queries.
    """
    if "{" not in operation.path:
        return count_other_queries(operation, model)
    has_expansion = any(expansion.resolvable for expansion in operation.first_expansions)
    return has_expansion + is_nested_item(operation)


def _own_list_needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    """Return the need of user_b's own list: resources that it shows are shared, and prove nothing."""
    head = operation.path.partition("/{")[0]
    return (Need(f"read {head}", identity=USER_B),) if "{" in operation.path else ()


def check_separation(operation: Operation, subject: Subject) -> Steps[None]:
    """Check that resources of user_a are neither listed nor read by user_b (AUT-05)."""
    if not has_owner(operation, subject.model):
        reason = "the description does not say which user a resource belongs to"
        yield skip_case("AUT-05", operation.key, Verdict.NOT_OBSERVABLE, reason)
        return
    people = yield from find_two_people(subject)
    if not people:
        reason = "it is not known that user_a and user_b are two users"
        yield skip_case("AUT-05", operation.key, Verdict.NOT_OBSERVABLE, reason)
        return
    call = yield from find_call(operation, subject, USER_A)
    if isinstance(call, Missing):
        yield from report_untested(("AUT-05",), operation, call)
        return
    mine = yield from send(operation, call.build_request())
    if "{" in operation.path:
        yield from _read_as_other_user(call, mine, people, subject)
    elif operation.role is Role.LIST:
        foreign_call = msgspec.structs.replace(call, identity=USER_B)
        theirs = yield from send(operation, foreign_call.build_request())
        yield from _check_disjoint(mine, theirs, people, subject)
        yield from search_as_other_user(mine, theirs, foreign_call, people, subject)
    else:
        yield judge_case(mine, "AUT-05", Verdict.NOT_APPLICABLE, "the path names no resource of one user")


def find_two_people(subject: Subject) -> Steps[tuple[str, ...]]:
    """Return the URLs of user_a and user_b, as each sees itself; empty where they are not two users."""
    resource = subject.model.resources_by_name.get(subject.model.principal_resource)
    operation = find_list_operation(resource, subject) if resource else None
    if operation is None:
        return ()
    urls_by_user = []
    for identity in (USER_A, USER_B):
        response = yield from send(operation, Request(operation.key, "GET", operation.path, identity=identity))
        urls_by_user.append([item.get("url") for _, item in response.objects])
    own_urls = [urls[0] for urls in urls_by_user if len(urls) == 1 and isinstance(urls[0], str)]
    return tuple(own_urls) if len(set(own_urls)) == 2 else ()


def _read_as_other_user(
    call: OperationCall, mine: OperationResponse, people: tuple[str, ...], subject: Subject
) -> Steps[None]:
    """Send as user_b the request that user_a just sent, and judge the response."""
    if not mine.is_success:
        yield judge_case(mine, "AUT-05", Verdict.NOT_OBSERVABLE, f"its owner gets {mine.status}")
        return
    if (yield from is_shared(call, subject)):
        yield judge_case(mine, "AUT-05", Verdict.NOT_APPLICABLE, "the lists of both users show it")
        return
    foreign = msgspec.structs.replace(call, identity=USER_B, headers=headers_without_user(call))
    response = yield from send(call.operation, foreign.build_request())
    empty = response.is_success and response.operation.role is Role.LIST and not response.items
    if response.status in {403, 404} or (empty and mine.items):
        yield from _check_expand(foreign, response)
        if is_nested_item(call.operation):
            yield from _read_below_own_parent(call, mine, subject)
    elif empty:
        yield judge_case(response, "AUT-05", Verdict.NOT_APPLICABLE, "the collection is empty for both users")
    elif response.is_success:
        message = "one user can read another user's resource"
        yield fail_case(response, "AUT-05", message, expected="404 or 403", actual=str(response.status), also=(mine,))
    else:
        reason = f"it returns {response.status}, which is neither a success nor a refusal"
        yield judge_case(response, "AUT-05", Verdict.NOT_OBSERVABLE, reason, also=(mine,))


def is_nested_item(operation: Operation) -> bool:
    """Return whether an operation reads one thing below another, both by their ids."""
    return operation.role is Role.ITEM and operation.path.count("{") > 1


def _read_below_own_parent(call: OperationCall, mine: OperationResponse, subject: Subject) -> Steps[None]:
    """Check that user_b does not get a thing of user_a's below a parent of their own, by its id alone (AUT-05)."""
    own = yield from find_call(call.operation, subject, USER_B)
    if isinstance(own, Missing):
        return
    path = f"{own.path.rpartition('/')[0]}/{call.path.rpartition('/')[2]}"
    below = msgspec.structs.replace(call, path=path, identity=USER_B, headers=headers_without_user(own))
    response = yield from send(call.operation, below.build_request())
    if path != call.path and response.is_success and mine.json == response.json:
        message = "one user can read another user's resource below a parent of their own"
        yield fail_case(response, "AUT-05", message, expected="404", actual=str(response.status), also=(mine,))


def _check_expand(call: OperationCall, refusal: OperationResponse) -> Steps[None]:
    """Check that what is refused stays refused with `expand`, which servers may implement separately."""
    expansion = next((candidate for candidate in call.operation.first_expansions if candidate.resolvable), None)
    response = (
        (yield from send(call.operation, call.build_request(("expand", expansion.path)))) if expansion else refusal
    )
    if response.items:
        message = "with expand, one user can read another user's resource"
        yield fail_case(
            response, "AUT-05", message, expected="404 or 403", actual=str(response.status), also=(refusal,)
        )
    else:
        yield pass_case(refusal, "AUT-05")


def headers_without_user(call: OperationCall) -> tuple[tuple[str, str], ...]:
    """Return the headers of a call without the one that names a user."""
    return tuple((name, value) for name, value in call.headers if name != call.operation.user_header)


def is_shared(call: OperationCall, subject: Subject) -> Steps[bool]:
    """Return whether user_b's own list shows the first resource that the path names."""
    head, _, rest = call.path.lstrip("/").partition("/")
    lister = subject.model.operations_by_key.get(f"GET /{head}")
    if lister is None or lister.role is not Role.LIST:
        return False
    theirs = OperationCall(lister, lister.path, identity=USER_B)
    response = yield from send(lister, theirs.build_request())
    if lister.pagination and lister.pagination.size and parse_page(response).next not in {None, BLANK_TARGET}:
        response = yield from send(
            lister, theirs.build_request((lister.pagination.size, str(lister.pagination.max_size)))
        )
    first = f"/{head}/{rest.partition('/')[0]}"
    return any(_url_path(item.get("url"), subject) == first for _, item in response.objects)


def _url_path(url: Any, subject: Subject) -> str:
    """Return the path of a URL at the target; empty for any other value."""
    target = strip_base_url(subject.target.base_url, url) if isinstance(url, str) else None
    return (target or "").partition("?")[0]


def _check_disjoint(
    mine: OperationResponse, theirs: OperationResponse, people: tuple[str, ...], subject: Subject
) -> Iterator[Outcome]:
    """Check that user_b's list holds nothing that names user_a as owner, and nothing of user_a's list."""
    if not mine.is_success or not theirs.is_success:
        refused = theirs if mine.is_success else mine
        yield judge_case(refused, "AUT-05", Verdict.NOT_OBSERVABLE, f"the list returns {refused.status}")
        return
    if not mine.objects or not theirs.objects:
        yield judge_case(
            theirs, "AUT-05", Verdict.NOT_APPLICABLE, "one of the two users has no items in it", also=(mine,)
        )
        return
    resource = subject.model.resources_by_name[mine.operation.resource]
    urls_of_a = {item.get("url") for _, item in mine.objects} - {None}
    is_separate = True
    for at, item in theirs.objects:
        owner = next(iter(find_owners(item, resource, subject.model)), None)
        is_in_both = (
            item.get("url") in urls_of_a and resource.name in subject.model.owned_resources
        )  # else things may be shared
        ids = [extract_id(person) for person in people]
        is_foreign = extract_id(owner) == ids[0] if extract_id(owner) in ids else is_in_both
        if is_foreign:
            is_separate = False
            message = "one user's list shows another user's resource"
            yield fail_case(theirs, "AUT-05", message, actual=quote_json(item.get("url")), pointer=at, also=(mine,))
    if is_separate:
        yield pass_case(theirs, "AUT-05")


PROBES = (
    Probe(
        "tenancy",
        ("AUT-05",),
        is_personal_read,
        separation_needs,
        confirm_violations(check_separation),
        identities=(USER_A, USER_B),
    ),
)
