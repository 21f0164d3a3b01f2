"""Listings of the target's collections, most of which every run reads anyway."""

from typing import Any

import msgspec

from conformance.evidence.responses import OperationResponse
from conformance.evidence.subject import Subject
from conformance.model import Resource, ResourceModel
from conformance.probes.toolkit.base import Need, Steps, send
from conformance.probes.toolkit.calls import OperationCall, find_list_operation
from conformance.probes.toolkit.pages import parse_page
from conformance.probes.toolkit.refusals import has_no_required_values


class Listing(msgspec.Struct, frozen=True):
    """The members of a collection by url, as one page shows them; `complete` where these are all."""

    members: dict[str, dict[str, Any]] = {}
    complete: bool = False
    response: OperationResponse | None = None


def read_listing(resource: Resource | None, subject: Subject, *, fresh: bool = False) -> Steps[Listing]:
    """Read the list of a collection that needs no parameters; empty and incomplete where there is none."""
    operation = find_list_operation(resource, subject) if resource else None
    if operation is None or not has_no_required_values(operation):
        return Listing()
    call = OperationCall(operation, operation.path)
    response = yield from send(operation, call.build_request(fresh=fresh))
    pagination = operation.pagination
    if response.is_success and pagination is not None and pagination.size and not parse_page(response).is_last:
        size = (pagination.size, str(pagination.max_size))
        largest = yield from send(operation, call.build_request(size, fresh=fresh))
        response = largest if largest.objects else response
    members = {item["url"]: item for _, item in response.objects if isinstance(item.get("url"), str)}
    whole = operation.pagination is None or parse_page(response).is_last
    return Listing(members, response.is_success and whole and len(members) == len(response.items), response)


def listing_needs(name: str, model: ResourceModel) -> tuple[Need, ...]:
    """Return the read of a resource's plain list, which the plan has anyway; most collections fit one page."""
    resource = model.resources_by_name.get(name)
    path = resource.list_path if resource else ""
    return (Need(f"read {path}"),) if path and "{" not in path else ()


def follow_need(origin: str, link: str, target: str, model: ResourceModel) -> Need:
    """Return the fetch of a link found at `origin`.

    The first item of a collection mostly leads to the first of another, and up its path, which the plan reads anyway.
    """
    resource = model.resources_by_name.get(target)
    path = resource.item_path if resource else ""
    known = any(operation.path == path and operation.method == "GET" for operation in model.operations)
    return Need(f"read {path}" if known else f"follow {origin} {link}")
