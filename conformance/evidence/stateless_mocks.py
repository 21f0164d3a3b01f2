"""Signs of a stateless mock: a server that returns examples from the description and stores nothing.

Such a mock shows something under any well-formed id, and never under the requested id. A server that only
forgets to look up ids shows what it has, so a single sign decides nothing.
"""

import random
from collections.abc import Iterator

from conformance.applicability.selectors import is_read_by_id
from conformance.evidence.responses import OperationResponse, find_urls
from conformance.evidence.urls import strip_base_url
from conformance.model import Exchange, Location, Operation, Request, ResourceModel
from conformance.tools.ulid import draw_ulid

_MAX_RESOURCES = 2
_UNBORN_MS = 946_684_800_000  # 2000-01-01: the time in ids that no server can have given out


def list_sample_reads(model: ResourceModel) -> tuple[Operation, ...]:
    """Return reads of members by an id with a prefix, of two resources with an `id`, that need no other value."""
    samples: dict[str, Operation] = {}
    for operation in model.operations:
        resource = model.resources_by_name.get(operation.resource)
        needs_only_id = operation.path.count("{") == 1 and not operation.user_required
        has_other_values = any(p.required and p.location is not Location.PATH for p in operation.parameters)
        has_id = resource is not None and bool(resource.prefix and resource.key_field)
        if has_id and needs_only_id and not has_other_values and is_read_by_id(operation, model):
            samples.setdefault(operation.group, operation)
    return tuple(samples.values())[:_MAX_RESOURCES]


def build_sample_requests(operation: Operation, model: ResourceModel, identity: str) -> Iterator[Request]:
    """Yield two reads of members that nobody has, the same in every run."""
    resource = model.resources_by_name[operation.resource]
    for number in range(2):
        digits = random.Random(f"{operation.key} {number}")  # noqa: S311 - reproducible, not secret
        key = resource.prefix + draw_ulid(digits, _UNBORN_MS)
        path = operation.path.replace("{" + resource.key + "}", key)
        yield Request(operation.key, "GET", path, identity=identity, fresh=True)


def is_example(exchange: Exchange, operation: Operation, model: ResourceModel) -> bool:
    """Return whether the read of an unknown member shows a member with another id."""
    response = OperationResponse(exchange, operation)
    resource = model.resources_by_name[operation.resource]
    shown = response.json.get(resource.key_field) if response.is_success and isinstance(response.json, dict) else None
    return isinstance(shown, str) and not exchange.request.target.endswith(shown)


def has_foreign_links(exchange: Exchange, operation: Operation, base_url: str) -> bool:
    """Return whether every link that a response shows leads to another host than the target; false without links."""
    body = OperationResponse(exchange, operation).json
    urls = [url for link in operation.links for _, url in find_urls(body, link)]
    return bool(urls) and all(strip_base_url(base_url, url) is None for url in urls)
