"""PAG-01 and PAG-03 with the token of a user: the links of a list lead through what that user sees, and no further."""

from conformance.applicability.selectors import is_personal
from conformance.evidence.outcomes import judge_case, pass_case
from conformance.evidence.payers import USER
from conformance.evidence.subject import Subject
from conformance.model import Operation, ResourceModel, Verdict
from conformance.probes.responses.plain_reads import plain_read_needs
from conformance.probes.toolkit.base import Need, Probe, Steps, send
from conformance.probes.toolkit.calls import Missing, find_call, report_untested
from conformance.probes.toolkit.page_judgements import check_items_once, report_link_behind_end
from conformance.probes.toolkit.pages import has_only_empty_pages_after, parse_page, walk_pages
from conformance.probes.toolkit.repetition import confirm_violations

_REQUIREMENTS = ("PAG-01", "PAG-03")
_MAX_PAGES = 3


def _is_personal_list(operation: Operation, model: ResourceModel) -> bool:
    return operation.pagination is not None and is_personal(operation, model)


def _needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    """Return the plain reads of a user; few users have more than one page."""
    return plain_read_needs(operation, model, USER)


def walk_as_user(operation: Operation, subject: Subject) -> Steps[None]:
    """Follow the links of a user's list: a page that is not full is the last one, and no page repeats another."""
    call = yield from find_call(operation, subject, subject.user)
    if isinstance(call, Missing):
        yield from report_untested(_REQUIREMENTS, operation, call)
        return
    response = yield from send(operation, call.build_request())
    if not response.is_success or not response.has_list or operation.pagination is None:
        for requirement in _REQUIREMENTS:
            reason = f"the list returns {response.status}"
            yield judge_case(response, requirement, Verdict.NOT_OBSERVABLE, reason)
        return
    first = parse_page(response)
    is_short = len(response.items) < operation.pagination.default_size
    if is_short and not first.is_last and (yield from has_only_empty_pages_after(first, call, subject)):
        yield report_link_behind_end(first)
        return
    yield pass_case(response, "PAG-01")
    pages = yield from walk_pages(first, call, subject, "next", _MAX_PAGES)
    yield from (outcome for outcome in check_items_once(pages, None) if outcome.requirement in _REQUIREMENTS)
    yield judge_case(response, "PAG-03", Verdict.NOT_APPLICABLE, "the user's list has one page")


PROBES = (Probe("user-pages", _REQUIREMENTS, _is_personal_list, _needs, confirm_violations(walk_as_user), rank=2),)
