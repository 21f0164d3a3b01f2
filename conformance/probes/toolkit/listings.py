"""Listings of the target's collections, most of which every run reads anyway."""

from typing import Any

import msgspec

from conformance.evidence.responses import Answer
from conformance.evidence.subject import Subject
from conformance.model import Resource, ResourceModel
from conformance.probes.toolkit.base import Need, Steps, ask
from conformance.probes.toolkit.calls import Call, list_of
from conformance.probes.toolkit.pages import page_of
from conformance.probes.toolkit.refusals import loose


class Listing(msgspec.Struct, frozen=True):
    """The members of a collection by url, as one page shows them; `complete` where these are all."""

    members: dict[str, dict[str, Any]] = {}
    complete: bool = False
    answer: Answer | None = None


def listing(resource: Resource | None, subject: Subject, *, fresh: bool = False) -> Steps[Listing]:
    """Read the list of a collection that needs no parameters; empty and incomplete where there is none."""
    operation = list_of(resource, subject) if resource else None
    if operation is None or not loose(operation):
        return Listing()
    call = Call(operation, operation.path)
    response = yield from ask(operation, call.request(fresh=fresh))
    pagination = operation.pagination
    if response.ok and pagination is not None and pagination.size and not page_of(response).last:
        size = (pagination.size, str(pagination.max_size))
        largest = yield from ask(operation, call.request(size, fresh=fresh))
        response = largest if largest.objects else response
    members = {item["url"]: item for _, item in response.objects if isinstance(item.get("url"), str)}
    whole = operation.pagination is None or page_of(response).last
    return Listing(members, response.ok and whole and len(members) == len(response.items), response)


def listing_needs(name: str, model: ResourceModel) -> tuple[Need, ...]:
    """Return the read of a resource's plain list, which the plan has anyway; most collections fit one page."""
    resource = model.by_name.get(name)
    path = resource.list_path if resource else ""
    return (Need(f"read {path}"),) if path and "{" not in path else ()


def following_needs(origin: str, link: str, target: str, model: ResourceModel) -> Need:
    """Return the fetch of a link found at `origin`.

    The first item of a collection mostly leads to the first of another, and up its path, which the plan reads anyway.
    """
    resource = model.by_name.get(target)
    path = resource.item_path if resource else ""
    known = any(operation.path == path and operation.method == "GET" for operation in model.operations)
    return Need(f"read {path}" if known else f"follow {origin} {link}")
