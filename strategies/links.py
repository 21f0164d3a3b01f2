"""Well-formed URLs of what a property links to, from the resource model."""

from collections.abc import Iterator

from conformance.description import Description
from conformance.model import Resource


def base_url(description: Description) -> str:
    """The first server of the description, without trailing slash; empty where it names none."""
    servers = description.document.get("servers") or [{"url": ""}]
    return str(servers[0]["url"]).rstrip("/")


def link_shapes(description: Description, resource: str = "") -> dict[str, tuple[str, str]]:
    """By property name, the prefix of the id in its URL and the URL with `{}` for that id.

    Where several resources have a link of that name, the resource named decides.
    """
    found: dict[str, tuple[str, str]] = {}
    own = description.model.by_name.get(resource)
    for each in (*description.model.resources, *((own,) if own else ())):
        found.update(_shapes_of(description, each))
    return found


def item_urls(description: Description) -> dict[str, str]:
    """For each prefix, the start of the URLs of the resources whose ids it begins."""
    return {
        each.prefix: base_url(description) + each.item_path.partition("{")[0]
        for each in description.model.resources
        if each.prefix and each.item_path.count("{") == 1
    }


def _shapes_of(description: Description, resource: Resource) -> Iterator[tuple[str, tuple[str, str]]]:
    for link in resource.links:
        target = description.model.by_name.get(link.targets[0]) if link.targets else None
        if target is None or link.own or target.item_path.count("{") != 1:
            continue
        parent = description.model.by_name.get(target.parent)
        prefix = target.prefix or (parent.prefix if parent else "")
        if prefix:
            start, _, rest = target.item_path.partition("{")
            shape = f"{base_url(description)}{start}{{}}{rest.partition('}')[2]}"
            yield link.path.rpartition(".")[2].removesuffix("[]"), (prefix, shape)
