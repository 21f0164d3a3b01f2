"""AUT-06 behind the first page: the user header narrows each page of a list, not only the one without a cursor."""

import msgspec

from conformance.evidence.outcomes import fail_case, judge_case, pass_case, quote_json
from conformance.evidence.payers import READER
from conformance.evidence.responses import OperationResponse
from conformance.evidence.subject import Subject
from conformance.evidence.urls import strip_base_url
from conformance.model import Operation, ResourceModel, Role, Verdict
from conformance.probes.authorization.user_header import find_users, send_as_user
from conformance.probes.responses.plain_reads import plain_read_needs
from conformance.probes.toolkit.base import Need, Probe, Steps, send
from conformance.probes.toolkit.calls import Missing, OperationCall, find_call, report_untested
from conformance.probes.toolkit.pages import parse_page
from conformance.probes.toolkit.repetition import confirm_violations
from conformance.tools.link_header import BLANK_TARGET

_REQUIREMENT = "AUT-06"


def _is_narrowed_list(operation: Operation, model: ResourceModel) -> bool:
    """Return whether the operation is a paginated list that a token and the user header narrow."""
    is_paginated = operation.role is Role.LIST and operation.pagination is not None and "{" not in operation.path
    return is_paginated and operation.is_secured and bool(operation.user_header) and not operation.user_required


def _needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    """Return the reads that find a user and the whole list, that of the user, and a page with the link to the next."""
    people = model.resources_by_name.get(model.principal_resource)
    user_read = (Need(f"read {people.list_path}", identity=READER),) if people else ()
    pages = Need(f"read later pages of {operation.path} as one user", 3, READER)
    return (*user_read, *plain_read_needs(operation, model, READER), pages)


def narrow_later_page(operation: Operation, subject: Subject) -> Steps[None]:
    """Follow the link to the second page of the whole list for one user, who is shown nothing of the others there."""
    call = yield from find_call(operation, subject, subject.reader)
    if isinstance(call, Missing):
        yield from report_untested((_REQUIREMENT,), operation, call)
        return
    plain = yield from send(operation, call.build_request())
    users = yield from find_users(subject)
    target = (yield from _find_second_page(call, plain, subject)) if users else ""
    if not target:
        reason = "no user is known, or the whole list has one page"
        yield judge_case(plain, _REQUIREMENT, Verdict.NOT_APPLICABLE, reason)
        return
    whole = yield from send_as_user(call, users[0])
    if not whole.is_success or parse_page(whole).next not in {None, BLANK_TARGET} or _is_full(whole):
        reason = f"the list of the user returns {whole.status}, or is longer than one page"
        yield judge_case(whole, _REQUIREMENT, Verdict.NOT_APPLICABLE, reason)
        return
    request = msgspec.structs.replace(whole.exchange.request, target=target)
    yield from _check_page((yield from send(operation, request)), whole)


def _find_second_page(call: OperationCall, plain: OperationResponse, subject: Subject) -> Steps[str]:
    """Return the target of the second page of a list; empty where the list has one item.

    Where all items stand on one page, it is read again with half of them on a page.
    """
    page = parse_page(plain)
    pagination = call.operation.pagination
    count = len(plain.items) // 2
    if plain.is_success and page.next in {None, BLANK_TARGET} and pagination and pagination.size and count:
        page = parse_page((yield from send(call.operation, call.build_request((pagination.size, str(count))))))
    link = page.next if page.response.is_success else None
    return strip_base_url(subject.target.base_url, link) or "" if link and link != BLANK_TARGET else ""


def _is_full(response: OperationResponse) -> bool:
    """Return whether a page has as many items as a page may have by default."""
    pagination = response.operation.pagination
    return pagination is not None and len(response.items) >= pagination.default_size


def _check_page(page: OperationResponse, whole: OperationResponse) -> Steps[None]:
    """Check that a later page for one user shows nothing that the whole list of this user lacks."""
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
    Probe("narrowed-pages", (_REQUIREMENT,), _is_narrowed_list, _needs, confirm_violations(narrow_later_page), rank=2),
)
