"""What the plain lists of the target show, which every run reads anyhow: who is there, and who names whom."""

from typing import Any

import msgspec

from conformance.answers import Answer
from conformance.model import Request, Resource, ResourceModel
from conformance.probes.arguments import list_of
from conformance.probes.base import Need, Steps, ask
from conformance.probes.paging import page_of
from conformance.probes.unwelcome import loose
from conformance.subject import Subject


class Listing(msgspec.Struct, frozen=True):
    """The members of a collection by their urls, as its plain list shows them; `complete` where that is all."""

    members: dict[str, dict[str, Any]] = {}
    complete: bool = False
    answer: Answer | None = None


def listing(resource: Resource | None, subject: Subject, *, fresh: bool = False) -> Steps[Listing]:
    """The plain list of a collection that hangs under nothing; empty and incomplete where there is none."""
    operation = list_of(resource, subject) if resource else None
    if operation is None or not loose(operation):
        return Listing()
    answer = yield from ask(operation, Request(operation.key, "GET", operation.path, fresh=fresh))
    members = {item["url"]: item for _, item in answer.objects if isinstance(item.get("url"), str)}
    whole = operation.pagination is None or page_of(answer).last
    return Listing(members, answer.ok and whole and len(members) == len(answer.items), answer)


def listing_needs(name: str, model: ResourceModel) -> tuple[Need, ...]:
    """The read of a resource's plain list, which the plan has anyhow."""
    resource = model.by_name.get(name)
    simple = resource is not None and resource.list_path and "{" not in resource.list_path
    return (Need(f"read {resource.list_path}"),) if resource is not None and simple else ()
