"""Well-formed URLs of what a property links to, from the resource model."""

from collections.abc import Iterator
from os.path import commonprefix

from conformance.description import Description
from conformance.model import Link, Resource


def base_url(description: Description) -> str:
    """The first server of the description, without trailing slash; empty where it names none."""
    servers = description.document.get("servers") or [{"url": ""}]
    return str(servers[0]["url"]).rstrip("/")


def item_urls(description: Description) -> dict[str, str]:
    """For each prefix of ids, the start of the URLs of its resource's items."""
    return {
        each.prefix: base_url(description) + each.item_path.partition("{")[0]
        for each in description.model.resources
        if each.prefix and each.item_path.count("{") == 1
    }


def link_shapes(description: Description, resource: str = "") -> dict[str, tuple[str, str]]:
    """By property name, the prefix of the id in its URL and the URL with `{}` for that id.

    Of several links with that name, the resource's own is meant, else the one whose target is named most like it
    (`model` of `vehicles` leads to `vehicle_models`).
    """
    links = [(each.name == resource, link) for each in description.model.resources for link in each.links]
    links.sort(key=lambda found: (found[0], _likeness(resource, found[1])))
    return {
        link.path.rpartition(".")[2].removesuffix("[]"): shape
        for _, link in links
        for shape in _shapes(description, link)
    }


def _likeness(resource: str, link: Link) -> int:
    """How many letters a resource's name begins with that the target of a link begins with too."""
    return len(commonprefix([resource, *link.targets[:1]]))  # noqa: RUF071 - letters, not path segments


def _shapes(description: Description, link: Link) -> Iterator[tuple[str, str]]:
    """The shape of a link's URL, nothing where it has none that one id completes."""
    target = description.model.by_name.get(link.targets[0]) if link.targets else None
    if target is None or link.own or target.item_path.count("{") != 1:
        return
    prefix = target.prefix or _prefix_of_parent(description, target)
    if prefix:
        start, _, rest = target.item_path.partition("{")
        yield prefix, f"{base_url(description)}{start}{{}}{rest.partition('}')[2]}"


def _prefix_of_parent(description: Description, resource: Resource) -> str:
    parent = description.model.by_name.get(resource.parent)
    return parent.prefix if parent else ""
