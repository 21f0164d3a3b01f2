"""AUT-06 behind the first page: the user header narrows each page of a list, not only the one without a cursor."""

import msgspec

from conformance.evidence.outcomes import fail_case, judge_case, pass_case, quote_json
from conformance.evidence.payers import READER
from conformance.evidence.responses import OperationResponse
from conformance.evidence.subject import Subject
from conformance.model import Operation, ResourceModel, Role, Verdict
from conformance.probes.authorization.user_header import find_users, list_owners, one_user_need, send_as_user
from conformance.probes.responses.plain_reads import plain_read_needs
from conformance.probes.toolkit.base import Need, Probe, Steps, send
from conformance.probes.toolkit.calls import Missing, OperationCall, find_call, report_untested
from conformance.probes.toolkit.pages import item_key, parse_page
from conformance.probes.toolkit.repetition import confirm_violations
from conformance.tools.link_header import BLANK_TARGET

_REQUIREMENT = "AUT-06"


def _is_narrowed_list(operation: Operation, model: ResourceModel) -> bool:
    """Return whether the operation is a paginated list that a token and the user header narrow."""
    is_paginated = operation.role is Role.LIST and operation.pagination is not None and "{" not in operation.path
    return is_paginated and operation.is_secured and bool(operation.user_header) and not operation.user_required


def _needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    """Return the reads that find a user, the whole list and that of the user, and a later page for this user."""
    people = model.resources_by_name.get(model.principal_resource)
    user_read = (Need(f"read {people.list_path}", identity=READER),) if people else ()
    later_page = Need(f"read a later page of {operation.path} as one user", identity=READER)
    return (*user_read, *plain_read_needs(operation, model, READER), one_user_need(operation), later_page)


def narrow_later_page(operation: Operation, subject: Subject) -> Steps[None]:
    """Read a later page of the whole list for one user, who is shown nothing of the others there."""
    call = yield from find_call(operation, subject, subject.reader)
    if isinstance(call, Missing):
        yield from report_untested((_REQUIREMENT,), operation, call)
        return
    plain = yield from send(operation, call.build_request())
    users = list_owners(plain, subject) or (yield from find_users(subject))
    if not users:
        yield judge_case(plain, _REQUIREMENT, Verdict.NOT_APPLICABLE, "no user is known")
        return
    whole = yield from send_as_user(call, users[0])
    if not whole.is_success or parse_page(whole).next not in {None, BLANK_TARGET} or _is_full(whole):
        reason = f"the list of the user returns {whole.status}, or is longer than one page"
        yield judge_case(whole, _REQUIREMENT, Verdict.NOT_APPLICABLE, reason)
        return
    target = _find_page_of_others(call, plain, whole)
    if not target:
        yield judge_case(whole, _REQUIREMENT, Verdict.NOT_APPLICABLE, "the whole list shows nothing of others")
        return
    request = msgspec.structs.replace(whole.exchange.request, target=target)
    yield from _check_page((yield from send(operation, request)), whole)


def _find_page_of_others(call: OperationCall, plain: OperationResponse, whole: OperationResponse) -> str:
    """Return the target of a page of the whole list that begins with another user's item; empty without one.

    Its cursor is an item of the user, who may not know those of others.
    """
    pagination = call.operation.pagination
    own_urls = {item.get("url") for _, item in whole.objects}
    is_own = [item.get("url") in own_urls for _, item in plain.objects]
    at = next((at for at in range(1, len(is_own)) if is_own[at - 1] and not is_own[at]), 0)
    if not at or pagination is None:
        return ""
    if pagination.after:
        return call.build_request((pagination.after, item_key(plain.objects[at - 1][1], call.operation))).target
    if not pagination.size or call.operation.find_response(404) is None:
        return ""  # the user has fewer pages, and a page that does not exist gives 404
    return call.build_request((pagination.size, "1"), (pagination.page, str(at + 1))).target


def _is_full(response: OperationResponse) -> bool:
    """Return whether a page has as many items as a page may have by default."""
    pagination = response.operation.pagination
    return pagination is not None and len(response.items) >= pagination.default_size


def _check_page(page: OperationResponse, whole: OperationResponse) -> Steps[None]:
    """Check that a later page for one user shows nothing that the whole list of this user lacks."""
    if page.status == 404 and page.operation.pagination and page.operation.pagination.page:
        yield pass_case(page, _REQUIREMENT)
        return
    if not page.is_success or not page.has_list:
        reason = f"the cursor of another list returns {page.status}"
        yield judge_case(page, _REQUIREMENT, Verdict.NOT_OBSERVABLE, reason, also=(whole,))
        return
    own_urls = {item.get("url") for _, item in whole.objects}
    if any(item.get("url") not in own_urls for _, item in page.objects):  # it may be new since the list was read
        whole = yield from send(whole.operation, msgspec.structs.replace(whole.exchange.request, fresh=True))
        own_urls |= {item.get("url") for _, item in whole.objects}
    for at, item in page.objects:
        url = item.get("url")
        if whole.is_success and isinstance(url, str) and url not in own_urls:
            message = f"behind the first page {page.operation.user_header} does not narrow the list to its user"
            actual = quote_json(url)
            yield fail_case(page, _REQUIREMENT, message, actual=actual, pointer=at, also=(whole,))
            return
    yield pass_case(page, _REQUIREMENT)


PROBES = (
    Probe(
        "narrowed-pages", (_REQUIREMENT,), _is_narrowed_list, _needs, confirm_violations(narrow_later_page), rank=2,
        is_unique_way=True,
    ),
)  # fmt: skip
