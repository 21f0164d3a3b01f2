"""Judgement of links: the resource that a link leads to, and the link that leads back. Pure; `links` fetches."""

from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.parse import parse_qs, unquote

from conformance.evidence.filter_semantics import extract_id, find_used_filters, is_satisfied
from conformance.evidence.outcomes import fail_case, judge_case, quote_json
from conformance.evidence.responses import OperationResponse, find_homes, find_reader, find_urls, find_values
from conformance.evidence.subject import Subject
from conformance.evidence.urls import extract_path, match_path, strip_base_url
from conformance.model import Link, LinkKind, Operation, Outcome, Resource, ResourceModel, Role, Verdict
from conformance.probes.toolkit.listings import Listing


class LinkOrigin(NamedTuple):
    """The place of a link: the response, the item that has it, its JSON pointer, the link and its URL."""

    response: OperationResponse
    item: Any
    pointer: str
    link: Link
    url: str


def find_origins(plain: OperationResponse, link: Link) -> Iterator[LinkOrigin]:
    """Yield every place of a link in a response, item by item."""
    holders = [("", plain.json)] if link.outside else plain.objects
    for where, item in holders:
        for pointer, url in find_urls(item, link, where):
            yield LinkOrigin(plain, item, pointer, link, url)


def judge_link(
    origin: LinkOrigin, fetched: OperationResponse, reader: Operation | None, subject: Subject
) -> Iterator[Outcome]:
    """Judge LNK-02 to LNK-05 for one link and the response that was fetched from it."""
    name, also = origin.link.path, (fetched,)
    if fetched.status in {401, 403}:
        reason = f"the link {name} gives {fetched.status}: a scope is missing"
        yield judge_case(origin.response, "LNK-02", Verdict.NOT_OBSERVABLE, reason, pointer=origin.pointer, also=also)
        return
    if not fetched.is_success:
        yield fail_case(
            origin.response,
            "LNK-02",
            f"the link {name} does not lead to a resource",
            expected="200",
            actual=f"{fetched.status} at {origin.url}",
            pointer=origin.pointer,
            also=also,
        )
        return
    yield _pass(origin, fetched, "LNK-02")
    yield from _check_target(origin, fetched, reader, is_alias=_is_alias(fetched, reader, subject))
    resource = subject.model.resources_by_name.get(origin.response.operation.resource)
    if reader is None or resource is None or origin.link.outside:
        return
    if reader.role is Role.LIST:
        yield from _check_members(origin, fetched, _find_back_link(resource, reader, subject.model))
    else:
        yield from _check_back_link(origin, fetched, _find_back_link(resource, reader, subject.model))


def _pass(origin: LinkOrigin, fetched: OperationResponse, requirement: str) -> Outcome:
    """Return a pass that rests on the response with the link and on the one fetched from it."""
    return judge_case(origin.response, requirement, Verdict.PASS, "", also=(fetched,))


def _is_alias(fetched: OperationResponse, reader: Operation | None, subject: Subject) -> bool:
    """Return whether a resource was fetched at an alias (`…/current`), and lives at a path of its own."""
    alias = subject.model.resources_by_name.get(reader.resource) if reader else None
    url = fetched.json.get("url") if isinstance(fetched.json, dict) else None
    target = strip_base_url(subject.target.base_url, url) if isinstance(url, str) else None
    homes = find_homes(alias, subject.model)[1:] if alias else ()
    return target is not None and any(match_path(home.item_path, extract_path(target)) is not None for home in homes)


def _check_target(
    origin: LinkOrigin, fetched: OperationResponse, reader: Operation | None, *, is_alias: bool
) -> Iterator[Outcome]:
    """Check that a link leads to the collection of its property, to a resource whose `url` is the link (LNK-03)."""
    name, also = origin.link.path, (fetched,)
    resource = reader.resource if reader else ""
    if resource not in origin.link.targets:
        yield fail_case(
            origin.response,
            "LNK-03",
            f"the link {name} leads to another collection",
            expected=" or ".join(origin.link.targets),
            actual=f"{resource or 'no documented path'}: {origin.url}",
            pointer=origin.pointer,
            also=also,
        )
        return
    fetched_url = fetched.json.get("url") if isinstance(fetched.json, dict) else None
    if (
        reader is not None
        and reader.role is not Role.LIST
        and isinstance(fetched_url, str)
        and not _is_same_url(fetched_url, origin.url)
        and not is_alias
    ):
        yield fail_case(
            origin.response,
            "LNK-03",
            f"the resource behind the link {name} has another url",
            expected=origin.url,
            actual=fetched_url,
            pointer=origin.pointer,
            also=also,
        )
        return
    yield _pass(origin, fetched, "LNK-03")


def _is_same_url(first_url: str, second_url: str) -> bool:
    """Return whether two URLs differ only in percent-encoding."""
    return unquote(first_url) == unquote(second_url)


def _find_back_link(resource: Resource, reader: Operation, model: ResourceModel) -> Link | None:
    """Return the link back from the resource that a link led to."""
    target = model.resources_by_name.get(reader.resource)
    return find_way_back(resource, target) if target else None


def find_way_back(resource: Resource, target: Resource) -> Link | None:
    """Return the one link of the target that leads back to the resource; None where there is not exactly one.

    Links within one collection do not mean their own reverse. A parent with many members of the resource's kind can
    name only one of them in a single link (`latest_status_log`).
    """
    if target.name == resource.name:
        return None
    candidates = [link for link in target.links if resource.name in link.targets and link.kind is not LinkKind.LIST]
    back = candidates[0] if len(candidates) == 1 else None
    is_one_of_many = resource.parent == target.name and not resource.singleton
    return None if back is not None and is_one_of_many and not back.many else back


def _check_back_link(origin: LinkOrigin, fetched: OperationResponse, back: Link | None) -> Iterator[Outcome]:
    """Check that the link back in the fetched resource names the resource of the start (LNK-04)."""
    own_url = origin.item.get("url")
    if back is None or not isinstance(own_url, str) or not isinstance(fetched.json, dict):
        return
    back_links = list(find_urls(fetched.json, back))
    if any(_is_same_url(url, own_url) for _, url in back_links):
        yield _pass(origin, fetched, "LNK-04")
        return
    yield fail_case(
        origin.response,
        "LNK-04",
        f"{back.path} behind the link {origin.link.path} does not lead back",
        expected=own_url,
        actual=quote_json([url for _, url in back_links]),
        pointer=origin.pointer,
        also=(fetched,),
    )


def _check_members(origin: LinkOrigin, fetched: OperationResponse, back: Link | None) -> Iterator[Outcome]:
    """Check that each item of a linked list satisfies the query of the link and, if it can, links back (LNK-05)."""
    query = parse_qs(fetched.exchange.request.target.partition("?")[2], keep_blank_values=True)
    filters = tuple(find_used_filters(fetched.operation.filters, query))
    own_url, is_judged = origin.item.get("url"), False
    for at, item in fetched.objects:
        mismatches = [
            f"{query_filter.parameter}={value}"
            for query_filter, value in filters
            if is_satisfied(query_filter, item, value) is False
        ]
        back_urls = [url for _, url in find_urls(item, back)] if back is not None else []
        if isinstance(own_url, str) and back_urls and not any(_is_same_url(url, own_url) for url in back_urls):
            mismatches.append(f"{back.path if back else ''}: {own_url}")
        is_judged = is_judged or bool(filters or back_urls)
        if mismatches:
            yield fail_case(
                origin.response,
                "LNK-05",
                f"the list behind {origin.link.path} shows an item that does not belong there",
                expected=mismatches[0],
                actual=f"{quote_json(item.get('url', item.get('id')))} at {at}",
                pointer=origin.pointer,
                also=(fetched,),
            )
            return
    if is_judged:
        yield _pass(origin, fetched, "LNK-05")


def has_foreign_filter(origin: LinkOrigin, target: str, model: ResourceModel) -> bool:
    """Return whether a link to a list filters by the id of a resource other than the one that has the link."""
    reader = find_reader(target, model)
    own_url = origin.item.get("url")
    if reader is None or origin.link.kind is not LinkKind.LIST or not isinstance(own_url, str):
        return False
    filters = find_used_filters(reader.filters, parse_qs(target.partition("?")[2]))
    own_resource = origin.response.operation.resource
    return any(
        query_filter.by_id_of == own_resource and extract_id(value) != extract_id(own_url)
        for query_filter, value in filters
    )


def find_disagreements(
    response: OperationResponse, link: Link, known: Listing, back: Link
) -> Iterator[tuple[str, str, str]]:
    """Yield where an item of a response and a member of a collection disagree: only one of them links to the other.

    Each disagreement is a JSON pointer, the URL of the member, and what is wrong.
    """
    for where, item in response.objects:
        if next(iter(find_values(item, link.path)), None) is None:
            continue
        named_urls = {unquote(url) for _, url in find_urls(item, link)}
        for url, member in known.members.items():
            owner_urls = {owner_url for _, owner_url in find_urls(member, back)}
            if item.get("url") in owner_urls and unquote(url) not in named_urls:
                yield where, url, "lacks a resource that links back"
            if owner_urls and item.get("url") not in owner_urls and unquote(url) in named_urls:
                yield where, url, "names a resource that links back elsewhere"
