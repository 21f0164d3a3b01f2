"""What a link must lead to, and what must lead back. Pure; the probe of `links` decides what to fetch."""

from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.parse import parse_qs, unquote

from conformance.answers import Answer, reader_of, urls_at, values_at
from conformance.filtering import asked, last_segment, satisfies
from conformance.judging import observed, quote, violated
from conformance.model import Link, LinkKind, Operation, Outcome, Resource, ResourceModel, Role, Verdict
from conformance.probes.known import Listing
from conformance.subject import Subject


class Origin(NamedTuple):
    """Where a link stands: the answer, the item that has it, its pointer, the link and its URL."""

    answer: Answer
    item: Any
    pointer: str
    link: Link
    url: str


def origins(plain: Answer, link: Link) -> Iterator[Origin]:
    """Every place of a link in an answer, item by item."""
    around = [("", plain.json)] if link.outside else plain.objects
    for where, item in around:
        for pointer, url in urls_at(item, link, where):
            yield Origin(plain, item, pointer, link, url)


def judged(origin: Origin, fetched: Answer, reader: Operation | None, subject: Subject) -> Iterator[Outcome]:
    """LNK-02 to 05 of one link and what was fetched at it."""
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
    return way_back(resource, target) if target else None


def way_back(resource: Resource, target: Resource) -> Link | None:
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


def of_another(origin: Origin, target: str, model: ResourceModel) -> bool:
    """Whether a link to a list filters by the id of something else than where it stands."""
    reader = reader_of(target, model)
    own = origin.item.get("url")
    if reader is None or origin.link.kind is not LinkKind.LIST or not isinstance(own, str):
        return False
    wanted = asked(reader.filters, parse_qs(target.partition("?")[2]))
    here = origin.answer.operation.resource
    return any(which.by_id_of == here and last_segment(value) != last_segment(own) for which, value in wanted)


def disagreeing(here: Answer, link: Link, known: Listing, back: Link) -> Iterator[tuple[str, str, str]]:
    """Members of a collection that name an item of an answer and are not named by it, or the other way round."""
    for where, item in here.objects:
        if next(iter(values_at(item, link.path)), None) is None:
            continue
        named = {unquote(url) for _, url in urls_at(item, link)}
        for url, member in known.members.items():
            owners = {there for _, there in urls_at(member, back)}
            if item.get("url") in owners and unquote(url) not in named:
                yield where, url, "lacks one of those that link back"
            if owners and item.get("url") not in owners and unquote(url) in named:
                yield where, url, "names one that belongs to another"
