"""Well-formed URLs of linked resources, from the resource model."""

from collections.abc import Iterator
from os.path import commonprefix

from conformance.description import Description
from conformance.model import Link, Resource


def find_base_url(description: Description) -> str:
    """Return the first server of the description without trailing slash; empty if it names none."""
    servers = description.document.get("servers") or [{"url": ""}]
    return str(servers[0]["url"]).rstrip("/")


def build_item_urls(description: Description) -> dict[str, str]:
    """Return, for each prefix of ids, the start of the URLs of its resource's items."""
    return {
        resource.prefix: find_base_url(description) + resource.item_path.partition("{")[0]
        for resource in description.model.resources
        if resource.prefix and resource.item_path.count("{") == 1
    }


def build_link_shapes(description: Description, resource: str = "") -> dict[str, tuple[str, str]]:
    """Return, by property name, the prefix of the id in its URL, and the URL with `{}` for that id.

    If several links have the name, the link of `resource` itself is chosen, else the one whose target has the most
    similar name (`model` of `vehicles` leads to `vehicle_models`).
    """
    links = [(owner.name == resource, link) for owner in description.model.resources for link in owner.links]
    links.sort(key=lambda pair: (pair[0], _count_common_letters(resource, pair[1])))
    return {
        link.path.rpartition(".")[2].removesuffix("[]"): shape
        for _, link in links
        for shape in _iterate_shapes(description, link)
    }


def _count_common_letters(resource: str, link: Link) -> int:
    """Return how many leading letters a resource's name shares with the target of a link."""
    return len(commonprefix([resource, *link.targets[:1]]))  # noqa: RUF071 - letters, not path segments


def _iterate_shapes(description: Description, link: Link) -> Iterator[tuple[str, str]]:
    """Yield the shape of a link's URL; nothing if one id does not complete it."""
    target = description.model.resources_by_name.get(link.targets[0]) if link.targets else None
    if target is None or link.own or target.item_path.count("{") != 1:
        return
    prefix = target.prefix or _find_parent_prefix(description, target)
    if prefix:
        start, _, rest = target.item_path.partition("{")
        yield prefix, f"{find_base_url(description)}{start}{{}}{rest.partition('}')[2]}"


def _find_parent_prefix(description: Description, resource: Resource) -> str:
    """Return the id prefix of the parent resource, empty if there is none."""
    parent = description.model.resources_by_name.get(resource.parent)
    return parent.prefix if parent else ""
