"""The users that own the resources in a response."""

from collections.abc import Iterator
from typing import Any

from conformance.model import LinkKind, Resource, ResourceModel


def find_owners(item: dict[str, Any], resource: Resource, model: ResourceModel) -> Iterator[str]:
    """Yield the URLs of the users that an item names as its owner; a user owns itself."""
    if resource.name == model.principal_resource:
        yield from (url for url in (item.get("url"),) if isinstance(url, str))
    for link in resource.links:
        is_user = link.targets == (model.principal_resource,) and link.kind is LinkKind.ITEM
        if is_user and not (link.many or link.own) and isinstance(value := item.get(link.path), str):
            yield value
