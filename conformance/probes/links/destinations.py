"""LNK-02 to LNK-05: a link leads to the resource that its property names, and that resource links back."""

import msgspec

from conformance.evidence.outcomes import observed, violated
from conformance.evidence.responses import Answer, below, reader_of
from conformance.evidence.subject import Subject
from conformance.model import Link, LinkKind, Operation, Request, ResourceModel, Role, Verdict
from conformance.probes.links.judgements import Origin, disagreeing, judged, of_another, origins, way_back
from conformance.probes.responses.plain_reads import plain_read
from conformance.probes.toolkit.base import Need, Probe, Steps, ask
from conformance.probes.toolkit.calls import Missing, call_of, populated, untested
from conformance.probes.toolkit.listings import following_needs, listing, listing_needs

FOLLOWED = ("LNK-02", "LNK-03", "LNK-04", "LNK-05")


def _followable_links(operation: Operation) -> tuple[Link, ...]:
    """Return the links of an operation that can be followed: into the API, and not the own URL."""
    return tuple(
        link for link in operation.links if not link.own and link.kind is not LinkKind.EXTERNAL and link.targets
    )


def _has_links(operation: Operation, model: ResourceModel) -> bool:
    """Return whether the operation is a read with links to follow."""
    return operation.method == "GET" and bool(_followable_links(operation))


def _needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    """Return the reads of the resource, of one target of each link, and of the lists of the targets."""
    fetches = tuple(
        following_needs(operation.path, link.path, link.targets[0], model) for link in _followable_links(operation)
    )
    lists = tuple(need for link in _followable_links(operation) for need in listing_needs(link.targets[0], model))
    return (*plain_read(operation, model), *fetches, *lists)


def links(operation: Operation, subject: Subject) -> Steps[None]:
    """Fetch each link of a resource once; of a list, the link of the first item that has it."""
    plain = yield from _read_plainly(operation, subject)
    if isinstance(plain, Missing):
        yield from untested(FOLLOWED, operation, plain)
        return
    for link in _followable_links(operation):
        yield from _judge_mutual_links(plain, link, subject)
        origin = next(origins(plain, link), None)
        target = below(subject.target.base_url, origin.url) if origin else None
        if origin is None or target is None:
            continue  # no such link, or LNK-01 reports it
        yield from _follow(origin, target, subject)
        yield from _follow_suspicious(plain, link, subject)
    for requirement in FOLLOWED:
        yield observed(
            plain, requirement, Verdict.NOT_APPLICABLE, "no link of this kind was found in the resources read"
        )


def _read_plainly(operation: Operation, subject: Subject) -> Steps[Answer | Missing]:
    """Read the resource or a list with items; Missing where there is nothing to read."""
    if operation.role is Role.LIST:
        listed = yield from populated(operation, subject)
        return listed if isinstance(listed, Missing) else listed[1]
    call = yield from call_of(operation, subject)
    if isinstance(call, Missing):
        return call
    response = yield from ask(operation, call.request())
    return response if response.objects else Missing(f"the plain read shows no resource: {response.status}")


def _follow_suspicious(plain: Answer, link: Link, subject: Subject) -> Steps[None]:
    """Judge LNK-02 and LNK-05 for the links that were not followed, by following the first suspicious one.

    Suspicious is a link to a member that the complete list of the collection does not show, and a link to a list that
    filters by the id of another resource.
    """
    known = yield from listing(subject.model.by_name.get(link.targets[0]), subject)
    for origin in origins(plain, link):
        target = below(subject.target.base_url, origin.url)
        is_unlisted = link.kind is LinkKind.ITEM and known.complete and origin.url not in known.members
        if target is not None and (is_unlisted or of_another(origin, target, subject.model)):
            yield from _follow(origin, target, subject)
            return


def _judge_mutual_links(plain: Answer, link: Link, subject: Subject) -> Steps[None]:
    """Judge LNK-04 for links to several resources: exactly those that link back must be among them."""
    resource = subject.model.by_name.get(plain.operation.resource)
    target = subject.model.by_name.get(link.targets[0])
    back = way_back(resource, target) if resource and target else None
    if back is None or target is None or not link.many or link.outside:
        return
    known = yield from listing(target, subject)
    if next(disagreeing(plain, link, known, back), None) is None:
        return
    again = yield from ask(plain.operation, _as_fresh(plain.exchange.request))
    known = yield from listing(target, subject, fresh=True)
    for where, url, difference in disagreeing(again, link, known, back):
        also = (known.answer,) if known.answer else ()
        message = f"{link.path} {difference} ({back.path})"
        yield violated(again, "LNK-04", message, actual=url, pointer=where, also=also)
        return


def _follow(origin: Origin, target: str, subject: Subject) -> Steps[None]:
    """Fetch a link and judge it; a violation must show in a second fetch too."""
    reader = reader_of(target, subject.model)
    request = Request(reader.key if reader else "*", "GET", target)
    fetched = yield from ask(reader or origin.answer.operation, request)
    outcomes = list(judged(origin, fetched, reader, subject))
    if any(outcome.verdict is Verdict.FAIL for outcome in outcomes):
        plain = origin.answer
        again = yield from ask(plain.operation, _as_fresh(plain.exchange.request))
        origin_again = next((place for place in origins(again, origin.link) if place.pointer == origin.pointer), None)
        if origin_again is None or origin_again.url != origin.url:
            reason = f"the link {origin.link.path} had another URL when it was read again"
            yield observed(plain, "LNK-02", Verdict.INCONCLUSIVE, reason, pointer=origin.pointer, also=(again,))
            return
        refetched = yield from ask(fetched.operation, _as_fresh(request))
        outcomes = list(judged(origin_again, refetched, reader, subject))
    yield from outcomes


def _as_fresh(request: Request) -> Request:
    """Return the request as one that is sent again even if it was sent before."""
    return msgspec.structs.replace(request, fresh=True)


PROBES = (Probe("links", FOLLOWED, _has_links, _needs, links, rank=2),)
