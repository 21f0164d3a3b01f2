"""LNK-02 to 05: a link leads to what its property names, and what it leads to knows where it came from."""

from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.parse import parse_qs, unquote

import msgspec

from conformance.answers import Answer, below, reader_of, urls_at, values_at
from conformance.filtering import asked, satisfies
from conformance.judging import observed, quote, violated
from conformance.model import Link, LinkKind, Operation, Outcome, Request, Resource, ResourceModel, Role, Verdict
from conformance.probes.arguments import Missing, call_of, populated, untested
from conformance.probes.base import Need, Probe, Steps, ask
from conformance.probes.known import Listing, listing, listing_needs
from conformance.probes.reading import plain_read
from conformance.subject import Subject

FOLLOWED = ("LNK-02", "LNK-03", "LNK-04", "LNK-05")


class Origin(NamedTuple):
    """Where a link stands: the answer, the item that has it, its pointer, the link and its URL."""

    answer: Answer
    item: Any
    pointer: str
    link: Link
    url: str


def _followable(operation: Operation) -> tuple[Link, ...]:
    return tuple(
        each for each in operation.links if not each.own and each.kind is not LinkKind.EXTERNAL and each.targets
    )


def _linked(operation: Operation, model: ResourceModel) -> bool:
    return operation.method == "GET" and bool(_followable(operation))


def _needs(operation: Operation, model: ResourceModel) -> tuple[Need, ...]:
    followed = tuple(_need(operation, each, model) for each in _followable(operation))
    listed = tuple(need for each in _followable(operation) for need in listing_needs(each.targets[0], model))
    return (*plain_read(operation, model), *followed, *listed)


def _need(operation: Operation, link: Link, model: ResourceModel) -> Need:
    """The fetch of one link: of a list's first item it is that of the item read alone, up a path that of the parent."""
    resource, target = model.by_name.get(operation.resource), model.by_name.get(link.targets[0])
    if resource is not None and target is not None and resource.parent == target.name and target.item_path:
        return Need(f"read {target.item_path}")
    known = {each.path for each in model.operations if each.method == "GET"}
    alone = resource.item_path if resource is not None and resource.item_path in known else operation.path
    return Need(f"follow {alone} {link.path}")


def links(operation: Operation, subject: Subject) -> Steps[None]:
    """Each link of a resource is fetched once; of a list, that of the first item that has it."""
    plain = yield from _plain(operation, subject)
    if isinstance(plain, Missing):
        yield from untested(FOLLOWED, operation, plain)
        return
    for link in _followable(operation):
        origin = next(_origins(plain, link), None)
        target = below(subject.target.base_url, origin.url) if origin else None
        if origin is None or target is None:
            continue  # nothing there, or LNK-01 speaks of it
        yield from _followed(origin, target, subject)
        yield from _strays(plain, link, subject)
        yield from _incomplete(plain, link, subject)
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


def _origins(plain: Answer, link: Link) -> Iterator[Origin]:
    """Every place of a link in an answer, item by item."""
    around = [("", plain.json)] if link.outside else plain.objects
    for where, item in around:
        for pointer, url in urls_at(item, link, where):
            yield Origin(plain, item, pointer, link, url)


def _strays(plain: Answer, link: Link, subject: Subject) -> Steps[None]:
    """LNK-02 of the links that were not followed: one is, where the whole list of the collection does not show it."""
    resource = subject.model.by_name.get(link.targets[0])
    known = yield from listing(resource, subject)
    for origin in _origins(plain, link) if known.complete and link.kind is LinkKind.ITEM else ():
        target = below(subject.target.base_url, origin.url)
        if origin.url not in known.members and target is not None:
            yield from _followed(origin, target, subject)
            return


def _incomplete(plain: Answer, link: Link, subject: Subject) -> Steps[None]:
    """LNK-04 of links to several things: whatever their list shows to name this one is among them."""
    resource = subject.model.by_name.get(plain.operation.resource)
    target = subject.model.by_name.get(link.targets[0])
    back = _way_back(resource, target) if resource and target else None
    if back is None or target is None or not link.many or link.outside:
        return
    known = yield from listing(target, subject)
    if next(_unnamed(plain, link, known, back), None) is None:
        return
    again = yield from ask(plain.operation, _fresh(plain.exchange.request))
    known = yield from listing(target, subject, fresh=True)
    for where, url in _unnamed(again, link, known, back):
        also = (known.answer,) if known.answer else ()
        message = f"{link.path} lacks one of those that link back by {back.path}"
        yield violated(again, "LNK-04", message, expected=url, pointer=where, also=also)
        return


def _unnamed(here: Answer, link: Link, known: Listing, back: Link) -> Iterator[tuple[str, str]]:
    """Members of a collection that name an item of an answer, and that the item does not name."""
    for where, item in here.objects:
        if next(iter(values_at(item, link.path)), None) is None:
            continue
        named = {unquote(url) for _, url in urls_at(item, link)}
        for url, member in known.members.items():
            if item.get("url") in {there for _, there in urls_at(member, back)} and unquote(url) not in named:
                yield where, url


def _followed(origin: Origin, target: str, subject: Subject) -> Steps[None]:
    """Fetch a link and judge it; what speaks against it must do so twice."""
    reader = reader_of(target, subject.model)
    request = Request(reader.key if reader else "*", "GET", target)
    fetched = yield from ask(reader or origin.answer.operation, request)
    outcomes = list(_judged(origin, fetched, reader, subject))
    if any(each.verdict is Verdict.FAIL for each in outcomes):
        plain = origin.answer
        again = yield from ask(plain.operation, _fresh(plain.exchange.request))
        now = next((each for each in _origins(again, origin.link) if each.pointer == origin.pointer), None)
        if now is None or now.url != origin.url:
            reason = f"{origin.link.path} led elsewhere when it was read again"
            yield observed(plain, "LNK-02", Verdict.INCONCLUSIVE, reason, pointer=origin.pointer, also=(again,))
            return
        refetched = yield from ask(fetched.operation, _fresh(request))
        outcomes = list(_judged(now, refetched, reader, subject))
    yield from outcomes


def _fresh(request: Request) -> Request:
    return msgspec.structs.replace(request, fresh=True)


def _judged(origin: Origin, fetched: Answer, reader: Operation | None, subject: Subject) -> Iterator[Outcome]:
    name, also = origin.link.path, (fetched,)
    if fetched.status in {401, 403}:
        reason = f"{name} answers {fetched.status}: a scope is missing"
        yield observed(origin.answer, "LNK-02", Verdict.NOT_OBSERVABLE, reason, pointer=origin.pointer, also=also)
        return
    if not fetched.ok:
        yield violated(
            origin.answer,
            "LNK-02",
            f"the link {name} leads nowhere",
            expected="200",
            actual=f"{fetched.status} at {origin.url}",
            pointer=origin.pointer,
            also=also,
        )
        return
    yield _about(origin, fetched, "LNK-02")
    yield from _right_thing(origin, fetched, reader)
    resource = subject.model.by_name.get(origin.answer.operation.resource)
    if reader is None or resource is None or origin.link.outside:
        return
    if reader.role is Role.LIST:
        yield from _members_only(origin, fetched, _back(resource, reader, subject.model))
    else:
        yield from _linked_back(origin, fetched, _back(resource, reader, subject.model))


def _about(origin: Origin, fetched: Answer, requirement: str) -> Outcome:
    return observed(origin.answer, requirement, Verdict.PASS, "", also=(fetched,))


def _right_thing(origin: Origin, fetched: Answer, reader: Operation | None) -> Iterator[Outcome]:
    """LNK-03: the collection is the one that the property names; what is there calls itself by the link."""
    name, also = origin.link.path, (fetched,)
    resource = reader.resource if reader else ""
    if resource not in origin.link.targets:
        yield violated(
            origin.answer,
            "LNK-03",
            f"the link {name} leads to another collection",
            expected=" or ".join(origin.link.targets),
            actual=f"{resource or 'no documented path'}: {origin.url}",
            pointer=origin.pointer,
            also=also,
        )
        return
    own = fetched.json.get("url") if isinstance(fetched.json, dict) else None
    if reader is not None and reader.role is not Role.LIST and isinstance(own, str) and not _same(own, origin.url):
        yield violated(
            origin.answer,
            "LNK-03",
            f"what the link {name} leads to has another url",
            expected=origin.url,
            actual=own,
            pointer=origin.pointer,
            also=also,
        )
        return
    yield _about(origin, fetched, "LNK-03")


def _same(one: str, other: str) -> bool:
    """Whether two URLs are the same but for percent-encoding."""
    return unquote(one) == unquote(other)


def _back(resource: Resource, reader: Operation, model: ResourceModel) -> Link | None:
    """The way back from what a link led to."""
    target = model.by_name.get(reader.resource)
    return _way_back(resource, target) if target else None


def _way_back(resource: Resource, target: Resource) -> Link | None:
    """The one link of the target that leads to the resource; None where there are more or none.

    Within one collection links mean other things than their own reverse; and what has many members of the resource's
    kind under it can name but one of them in a single link (`latest_status_log`).
    """
    if target.name == resource.name:
        return None
    found = [each for each in target.links if resource.name in each.targets and each.kind is not LinkKind.LIST]
    back = found[0] if len(found) == 1 else None
    one_of_many = resource.parent == target.name and not resource.singleton
    return None if back is not None and one_of_many and not back.many else back


def _linked_back(origin: Origin, fetched: Answer, back: Link | None) -> Iterator[Outcome]:
    """LNK-04: the link back in what was fetched names the start."""
    own = origin.item.get("url")
    if back is None or not isinstance(own, str) or not isinstance(fetched.json, dict):
        return
    found = list(urls_at(fetched.json, back))
    if any(_same(url, own) for _, url in found):
        yield _about(origin, fetched, "LNK-04")
        return
    yield violated(
        origin.answer,
        "LNK-04",
        f"{back.path} behind the link {origin.link.path} does not lead back",
        expected=own,
        actual=quote([url for _, url in found]),
        pointer=origin.pointer,
        also=(fetched,),
    )


def _members_only(origin: Origin, fetched: Answer, back: Link | None) -> Iterator[Outcome]:
    """LNK-05: each item of a list that was linked to satisfies its query, and names the start where it names one."""
    query = parse_qs(fetched.exchange.request.target.partition("?")[2], keep_blank_values=True)
    wanted = tuple(asked(fetched.operation.filters, query))
    own, judged = origin.item.get("url"), False
    for at, item in fetched.objects:
        strange = [f"{which.parameter}={value}" for which, value in wanted if satisfies(which, item, value) is False]
        named = [url for _, url in urls_at(item, back)] if back is not None else []
        if isinstance(own, str) and named and not any(_same(url, own) for url in named):
            strange.append(f"{back.path if back else ''}: {own}")
        judged = judged or bool(wanted or named)
        if strange:
            yield violated(
                origin.answer,
                "LNK-05",
                f"the list behind {origin.link.path} shows an item that does not belong there",
                expected=strange[0],
                actual=f"{quote(item.get('url', item.get('id')))} at {at}",
                pointer=origin.pointer,
                also=(fetched,),
            )
            return
    if judged:
        yield _about(origin, fetched, "LNK-05")


PROBES = (Probe("links", FOLLOWED, _linked, _needs, links, rank=2),)
