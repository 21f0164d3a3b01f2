"""LNK-02 to LNK-05: a link leads to the resource that its property names, and that resource links back."""

import msgspec

from conformance.applicability.selectors import has_links
from conformance.evidence.outcomes import fail_case, judge_case
from conformance.evidence.payers import READER
from conformance.evidence.responses import OperationResponse, find_reader
from conformance.evidence.subject import Subject
from conformance.evidence.urls import strip_base_url
from conformance.model import Link, LinkKind, Operation, Request, ResourceModel, Role, Verdict
from conformance.probes.links.judgements import (
    LinkOrigin,
    find_disagreements,
    find_origins,
    find_way_back,
    has_foreign_filter,
    judge_link,
)
from conformance.probes.responses.plain_reads import plain_read_needs
from conformance.probes.toolkit.base import Need, Probe, Steps, send
from conformance.probes.toolkit.calls import Missing, find_call, find_populated_list, report_untested
from conformance.probes.toolkit.listings import follow_need, listing_needs, read_listing

LINK_REQUIREMENTS = ("LNK-02", "LNK-03", "LNK-04", "LNK-05")


def _followable_links(operation: Operation) -> tuple[Link, ...]:
    """Return the links of an operation that can be followed: into the API, and not the own URL."""
    return tuple(
        link for link in operation.links if not link.own and link.kind is not LinkKind.EXTERNAL and link.targets
    )


def _needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    """Return the reads of the resource, of one target of each link, and of the lists of the targets."""
    fetches = tuple(
        follow_need(operation.path, link.path, link.targets[0], model) for link in _followable_links(operation)
    )
    lists = tuple(need for link in _followable_links(operation) for need in listing_needs(link.targets[0], model))
    return (*plain_read_needs(operation, model), *fetches, *lists)


def follow_links(operation: Operation, subject: Subject) -> Steps[None]:
    """Fetch each link of a resource once; of a list, the link of the first item that has it."""
    plain = yield from _read_plainly(operation, subject)
    if isinstance(plain, Missing):
        yield from report_untested(LINK_REQUIREMENTS, operation, plain)
        return
    for link in _followable_links(operation):
        yield from _judge_mutual_links(plain, link, subject)
        origin = next(find_origins(plain, link), None)
        target = strip_base_url(subject.target.base_url, origin.url) if origin else None
        if origin is None or target is None:
            continue  # no such link, or LNK-01 reports it
        yield from _follow(origin, target, subject)
        yield from _follow_suspicious(plain, link, subject)
    for requirement in LINK_REQUIREMENTS:
        yield judge_case(
            plain, requirement, Verdict.NOT_APPLICABLE, "no link of this kind was found in the resources read"
        )


def _read_plainly(operation: Operation, subject: Subject) -> Steps[OperationResponse | Missing]:
    """Read the resource or a list with items; Missing where there is nothing to read."""
    if operation.role is Role.LIST:
        listed = yield from find_populated_list(operation, subject)
        return listed if isinstance(listed, Missing) else listed[1]
    call = yield from find_call(operation, subject)
    if isinstance(call, Missing):
        return call
    response = yield from send(operation, call.build_request())
    return response if response.objects else Missing(f"the plain read shows no resource: {response.status}")


def _follow_suspicious(plain: OperationResponse, link: Link, subject: Subject) -> Steps[None]:
    """Judge LNK-02 and LNK-05 for the links that were not followed, by following the first suspicious one.

    Suspicious is a link to a member that the complete list of the collection does not show, and a link to a list that
    filters by the id of another resource.
    """
    known = yield from read_listing(subject.model.resources_by_name.get(link.targets[0]), subject)
    for origin in find_origins(plain, link):
        target = strip_base_url(subject.target.base_url, origin.url)
        is_unlisted = link.kind is LinkKind.ITEM and known.complete and origin.url not in known.members
        if target is not None and (is_unlisted or has_foreign_filter(origin, target, subject.model)):
            yield from _follow(origin, target, subject)
            return


def _judge_mutual_links(plain: OperationResponse, link: Link, subject: Subject) -> Steps[None]:
    """Judge LNK-04 for links to several resources: exactly those that link back must be among them."""
    resource = subject.model.resources_by_name.get(plain.operation.resource)
    target = subject.model.resources_by_name.get(link.targets[0])
    back = find_way_back(resource, target) if resource and target else None
    if back is None or target is None or not link.many or link.outside:
        return
    known = yield from read_listing(target, subject)
    if next(find_disagreements(plain, link, known, back), None) is None:
        return
    again = yield from send(plain.operation, _mark_fresh(plain.exchange.request))
    known = yield from read_listing(target, subject, fresh=True)
    for where, url, difference in find_disagreements(again, link, known, back):
        also = (known.response,) if known.response else ()
        message = f"{link.path} {difference} ({back.path})"
        yield fail_case(again, "LNK-04", message, actual=url, pointer=where, also=also)
        return


def _follow(origin: LinkOrigin, target: str, subject: Subject) -> Steps[None]:
    """Fetch a link and judge it; a violation must show in a second fetch too."""
    reader = find_reader(target, subject.model)
    request = Request(reader.key if reader else "*", "GET", target)
    fetched = yield from send(reader or origin.response.operation, request)
    outcomes = list(judge_link(origin, fetched, reader, subject))
    if any(outcome.verdict is Verdict.FAIL for outcome in outcomes):
        plain = origin.response
        again = yield from send(plain.operation, _mark_fresh(plain.exchange.request))
        origin_again = next(
            (place for place in find_origins(again, origin.link) if place.pointer == origin.pointer), None
        )
        if origin_again is None or origin_again.url != origin.url:
            reason = f"the link {origin.link.path} had another URL when it was read again"
            yield judge_case(plain, "LNK-02", Verdict.INCONCLUSIVE, reason, pointer=origin.pointer, also=(again,))
            return
        refetched = yield from send(fetched.operation, _mark_fresh(request))
        outcomes = list(judge_link(origin_again, refetched, reader, subject))
    yield from outcomes


def _mark_fresh(request: Request) -> Request:
    """Return the request as one that is sent again even if it was sent before."""
    return msgspec.structs.replace(request, fresh=True)


PROBES = (Probe("links", LINK_REQUIREMENTS, has_links, _needs, follow_links, rank=2, payer=READER),)
