"""LNK-02 to 05: a link leads to what its property names, and what it leads to knows where it came from."""

import msgspec

from conformance.answers import Answer, below, reader_of
from conformance.judging import observed, violated
from conformance.model import Link, LinkKind, Operation, Request, ResourceModel, Role, Verdict
from conformance.probes.arguments import Missing, call_of, populated, untested
from conformance.probes.base import Need, Probe, Steps, ask
from conformance.probes.known import following_needs, listing, listing_needs
from conformance.probes.linked import Origin, disagreeing, judged, of_another, origins, way_back
from conformance.probes.reading import plain_read
from conformance.subject import Subject

FOLLOWED = ("LNK-02", "LNK-03", "LNK-04", "LNK-05")


def _followable(operation: Operation) -> tuple[Link, ...]:
    return tuple(
        each for each in operation.links if not each.own and each.kind is not LinkKind.EXTERNAL and each.targets
    )


def _linked(operation: Operation, model: ResourceModel) -> bool:
    return operation.method == "GET" and bool(_followable(operation))


def _needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    followed = tuple(
        following_needs(operation.path, each.path, each.targets[0], model) for each in _followable(operation)
    )
    listed = tuple(need for each in _followable(operation) for need in listing_needs(each.targets[0], model))
    return (*plain_read(operation, model), *followed, *listed)


def links(operation: Operation, subject: Subject) -> Steps[None]:
    """Each link of a resource is fetched once; of a list, that of the first item that has it."""
    plain = yield from _plain(operation, subject)
    if isinstance(plain, Missing):
        yield from untested(FOLLOWED, operation, plain)
        return
    for link in _followable(operation):
        yield from _mutual(plain, link, subject)
        origin = next(origins(plain, link), None)
        target = below(subject.target.base_url, origin.url) if origin else None
        if origin is None or target is None:
            continue  # nothing there, or LNK-01 speaks of it
        yield from _followed(origin, target, subject)
        yield from _strays(plain, link, subject)
    for requirement in FOLLOWED:
        yield observed(plain, requirement, Verdict.NOT_APPLICABLE, "no link of the resources read gives occasion")


def _plain(operation: Operation, subject: Subject) -> Steps[Answer | Missing]:
    if operation.role is Role.LIST:
        found = yield from populated(operation, subject)
        return found if isinstance(found, Missing) else found[1]
    call = yield from call_of(operation, subject)
    if isinstance(call, Missing):
        return call
    answer = yield from ask(operation, call.request())
    return answer if answer.objects else Missing(f"the plain read shows nothing: {answer.status}")


def _strays(plain: Answer, link: Link, subject: Subject) -> Steps[None]:
    """LNK-02 and LNK-05 of the links that were not followed: one is, where something speaks against it.

    That is a link to a member that the whole list of the collection does not show, or to a list by another's id.
    """
    known = yield from listing(subject.model.by_name.get(link.targets[0]), subject)
    for origin in origins(plain, link):
        target = below(subject.target.base_url, origin.url)
        lost = link.kind is LinkKind.ITEM and known.complete and origin.url not in known.members
        if target is not None and (lost or of_another(origin, target, subject.model)):
            yield from _followed(origin, target, subject)
            return


def _mutual(plain: Answer, link: Link, subject: Subject) -> Steps[None]:
    """LNK-04 of links to several things: just those of their list that name this one are among them."""
    resource = subject.model.by_name.get(plain.operation.resource)
    target = subject.model.by_name.get(link.targets[0])
    back = way_back(resource, target) if resource and target else None
    if back is None or target is None or not link.many or link.outside:
        return
    known = yield from listing(target, subject)
    if next(disagreeing(plain, link, known, back), None) is None:
        return
    again = yield from ask(plain.operation, _fresh(plain.exchange.request))
    known = yield from listing(target, subject, fresh=True)
    for where, url, what in disagreeing(again, link, known, back):
        also = (known.answer,) if known.answer else ()
        message = f"{link.path} {what} by {back.path}"
        yield violated(again, "LNK-04", message, actual=url, pointer=where, also=also)
        return


def _followed(origin: Origin, target: str, subject: Subject) -> Steps[None]:
    """Fetch a link and judge it; what speaks against it must do so twice."""
    reader = reader_of(target, subject.model)
    request = Request(reader.key if reader else "*", "GET", target)
    fetched = yield from ask(reader or origin.answer.operation, request)
    outcomes = list(judged(origin, fetched, reader, subject))
    if any(each.verdict is Verdict.FAIL for each in outcomes):
        plain = origin.answer
        again = yield from ask(plain.operation, _fresh(plain.exchange.request))
        now = next((each for each in origins(again, origin.link) if each.pointer == origin.pointer), None)
        if now is None or now.url != origin.url:
            reason = f"{origin.link.path} led elsewhere when it was read again"
            yield observed(plain, "LNK-02", Verdict.INCONCLUSIVE, reason, pointer=origin.pointer, also=(again,))
            return
        refetched = yield from ask(fetched.operation, _fresh(request))
        outcomes = list(judged(now, refetched, reader, subject))
    yield from outcomes


def _fresh(request: Request) -> Request:
    return msgspec.structs.replace(request, fresh=True)


PROBES = (Probe("links", FOLLOWED, _linked, _needs, links, rank=2),)
