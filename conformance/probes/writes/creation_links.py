"""WRT-07: a new resource appears in its list, and its owner links to it."""

from conformance.evidence.outcomes import fail_case, judge_case, pass_case
from conformance.evidence.responses import OperationResponse, find_reader, find_urls
from conformance.evidence.subject import Subject
from conformance.evidence.urls import strip_base_url
from conformance.model import Request, Verdict
from conformance.probes.toolkit.base import Pause, Steps, send
from conformance.probes.toolkit.calls import find_list_operation
from conformance.probes.toolkit.list_membership import LAG_S, find_settled_page, has_item_at
from conformance.probes.toolkit.write_requests import find_address
from specs.rulebook import is_unlisted_creation


def check_listed(created: OperationResponse, subject: Subject) -> Steps[None]:
    """Check that the list of the collection shows the new object, and that its owner links to it (WRT-07)."""
    path, operation = find_address(created, subject), created.operation
    resource = subject.model.resources_by_name.get(operation.resource)
    lister = find_list_operation(resource, subject) if resource else None
    if is_unlisted_creation(operation.key):
        reason = "the description's text says that its list does not show it"
        yield judge_case(created, "WRT-07", Verdict.NOT_APPLICABLE, reason)
        return
    if not path or lister is None:
        return
    response = yield from find_settled_page(lister, created.exchange.request, path, subject, is_wanted=True)
    if response.is_success and not has_item_at(response, path, subject):
        message = "the list does not show the created object"
        yield fail_case(created, "WRT-07", message, expected=path, also=(response,))
    elif response.is_success:
        yield pass_case(created, "WRT-07")
        yield from _check_owner_links(created, path, subject)


def _check_owner_links(created: OperationResponse, path: str, subject: Subject) -> Steps[None]:
    """Check that the object to which the new one links also links to it, where that kind has such links."""
    resource = subject.model.resources_by_name.get(created.operation.resource)
    for link in resource.links if resource else ():
        owner = (
            subject.model.resources_by_name.get(link.targets[0]) if len(link.targets) == 1 and not link.own else None
        )
        back_link = next(
            (
                candidate
                for candidate in (owner.links if owner else ())
                if candidate.many and candidate.targets == (created.operation.resource,)
            ),
            None,
        )
        urls = [url for _, item in created.objects for _, url in find_urls(item, link)] if back_link else []
        target = strip_base_url(subject.target.base_url, urls[0]) if urls else None
        reader = find_reader(target, subject.model) if target else None
        if back_link is None or reader is None or target is None:
            continue
        for pause in (0.0, LAG_S):  # what belongs to an owner may show there a moment later, as in a list
            if pause:
                yield Pause(pause)
            response = yield from send(reader, Request(reader.key, "GET", target, fresh=True))
            shown = [url for _, item in response.objects for _, url in find_urls(item, back_link)]
            is_named = path in {strip_base_url(subject.target.base_url, url) for url in shown}
            if is_named or not response.is_success:
                break
        if response.is_success and not is_named:
            message = f"{back_link.path} of the object linked by {link.path} does not name the created object"
            yield fail_case(created, "WRT-07", message, expected=path, pointer=f"/{link.path}", also=(response,))
        return
