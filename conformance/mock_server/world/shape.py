"""The shape of a world, derived from a resource model: ownership, sizes of collections, and mirrored links.

What cannot be derived is read from the description, where an overlay put it: `x-evconform-owner` (`user` or
`shared`) at a path.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import msgspec

from conformance.description import Description
from conformance.model import Link, LinkKind, Operation, Resource, Role

_LARGE_SIZES = (63, 58, 61, 55, 60, 57)  # several pages at the default size, none of them a multiple of it
_LARGE_PER_SCHEME = 2
_PRINCIPAL_COUNT = 31


@dataclass(frozen=True, slots=True)
class LinkEnd:
    """One end of a pair of links that mirror each other."""

    resource: str
    path: str


class WorldShape:
    """Facts derived from one description; each is computed once, on first use."""

    def __init__(self, description: Description) -> None:
        self._description = description
        self.model = description.model
        self.resources = {resource.name: resource for resource in map(self._correct_parent, self.model.resources)}

    def _correct_parent(self, resource: Resource) -> Resource:
        """Return a resource with the parent that its path names.

        Where the path names no member of the parent (`/x/versions/current`), the next ancestor is the parent.
        """
        path = resource.list_path or resource.item_path
        known = {resource.name: resource for resource in self.model.resources}
        parent = resource.parent
        while parent and not (known[parent].item_path and path.startswith(known[parent].item_path + "/")):
            parent = known[parent].parent
        item_path, key = resource.item_path, resource.key
        if not item_path and (template := self._find_member_path(resource.list_path)):
            item_path, key = template
        return msgspec.structs.replace(resource, parent=parent, item_path=item_path, key=key)

    def _find_member_path(self, list_path: str) -> tuple[str, str] | None:
        """Return the template of members that no GET shows, from their actions (`/x/{id}/events/{event_id}/cancel`)."""
        for operation in self.model.operations:
            if match := re.match(re.escape(list_path) + r"/\{([^}]+)\}", operation.path):
                return match[0], match[1]
        return None

    @cached_property
    def user_resource(self) -> str:
        """Return the resource of the API's users, whose ids the user header holds; empty where there is none."""
        for operation in self.model.operations:
            for parameter in operation.parameters:
                if operation.user_header and parameter.name == operation.user_header:
                    pattern = str(parameter.schema.get("pattern", ""))
                    for resource in self.model.resources:
                        if resource.prefix and re.match(rf"\W*{resource.prefix}\W", pattern):
                            return resource.name
        return ""

    @cached_property
    def lists_by_resource(self) -> dict[str, Operation]:
        """Return the operation that lists a resource, by the resource's name."""
        return {
            operation.resource: operation
            for operation in self.model.operations
            if operation.role is Role.LIST and operation.resource
        }

    def list_links(self, resource: str) -> tuple[Link, ...]:
        """Return the links of a resource that stay inside the API, except its own address."""
        return tuple(
            link for link in self.resources[resource].links if link.kind is not LinkKind.EXTERNAL and not link.own
        )

    def _iterate_links(self) -> Iterator[tuple[str, Link, str]]:
        """Yield each link to a member of a collection, with the resource that holds it and the target."""
        for name in self.resources:
            for link in self.list_links(name):
                if link.kind is LinkKind.ITEM:
                    yield from ((name, link, target) for target in link.targets)

    @cached_property
    def owned_resources(self) -> frozenset[str]:
        """Return the resources whose members belong to one user each."""
        referred = {
            target for name, link, target in self._iterate_links() if not link.many and not self.is_below(name, target)
        }
        declared = {name: self._declared_owner(resource) for name, resource in self.resources.items()}
        owned = {self.user_resource} if self.user_resource else set()
        owned |= {name for name, word in declared.items() if word == "user"}
        for name, operation in self.lists_by_resource.items():
            if operation.user_header and name not in referred and declared.get(name) != "shared":
                owned.add(name)
        while True:
            extended = {
                n for n, link, to in self._iterate_links() if to in owned and not link.many and "[]" not in link.path
            }
            extended |= {n for n, resource in self.resources.items() if resource.parent in owned}
            extended = {
                n for n in extended | owned if declared.get(n) != "shared" and not self._is_below_shared(n, declared)
            }
            if extended == owned:
                return frozenset(owned)
            owned = extended

    def _declared_owner(self, resource: Resource) -> str:
        paths = self._description.document["paths"]
        for path in (resource.list_path, resource.item_path):
            if word := paths.get(path, {}).get("x-evconform-owner"):
                return str(word)
        return ""

    def _is_below_shared(self, name: str, declared: dict[str, str]) -> bool:
        parent = self.resources[name].parent
        return bool(parent) and parent in self.resources and declared.get(parent) == "shared"

    def is_below(self, name: str, ancestor: str) -> bool:
        """Return whether a resource is below another, at any depth."""
        while name and (parent := self.resources[name].parent) in self.resources:
            if parent == ancestor:
                return True
            name = parent
        return False

    @cached_property
    def collection_sizes(self) -> dict[str, int]:
        """Return the number of members of each collection at the root."""
        roots = [n for n, resource in self.resources.items() if not resource.parent and not resource.singleton]
        sizes = {name: 4 + sum(map(ord, name)) % 6 for name in roots}
        paged = [n for n in roots if n in self.lists_by_resource and self.lists_by_resource[n].pagination]
        paged.sort(key=lambda n: (-len(self._list_operations_below(n)) - len(self.lists_by_resource[n].filters), n))
        large = paged[: len(_LARGE_SIZES) - 1]
        schemes = {n: pagination.scheme for n in paged if (pagination := self.lists_by_resource[n].pagination)}
        for scheme in dict.fromkeys(schemes.values()):
            same = [n for n in paged if schemes[n] is scheme]
            large += [n for n in same[:_LARGE_PER_SCHEME] if n not in large]
        sizes |= {name: _LARGE_SIZES[i % len(_LARGE_SIZES)] for i, name in enumerate(large)}
        if self.user_resource in sizes:
            sizes[self.user_resource] = _PRINCIPAL_COUNT
        if self.empty_resource:
            sizes[self.empty_resource] = 0
        return sizes

    @cached_property
    def empty_resource(self) -> str:
        """Return the collection that stays empty: the one whose lack affects the fewest operations."""
        linked = {target for _, _, target in self._iterate_links()}
        roots = [
            n
            for n in self.lists_by_resource
            if not self.resources[n].parent and n not in linked and n != self.user_resource
        ]
        roots = [
            n
            for n in roots
            if not self.lists_by_resource[n].filters or not any(f.required for f in self.lists_by_resource[n].filters)
        ]
        return min(roots, key=lambda n: (len(self._list_operations_below(n)), n), default="")

    def _list_operations_below(self, name: str) -> list[Operation]:
        start = self.resources[name].list_path or self.resources[name].item_path
        return [op for op in self.model.operations if re.match(rf"{re.escape(start)}(?![A-Za-z0-9_-])", op.path)]

    @cached_property
    def mirrored_links(self) -> dict[LinkEnd, LinkEnd]:
        """Return the links that are computed from another one, with that one: `vehicles` from each vehicle's `user`."""
        leading_ends: dict[LinkEnd, LinkEnd] = {}
        lines = [(LinkEnd(n, link.path), link, to) for n, link, to in self._iterate_links() if len(link.targets) == 1]
        for end, link, target in lines:
            for candidate, back, to in lines:
                if (
                    (candidate.resource, to) == (target, end.resource)
                    and "[]" not in back.path
                    and self._is_leading(candidate, back, end, link)
                ):
                    leading_ends[end] = candidate
                    break
        return leading_ends

    def _is_leading(self, candidate: LinkEnd, back: Link, end: LinkEnd, link: Link) -> bool:
        """Return whether the link back decides: the single one of a pair, else that of the smaller collection."""
        if (
            candidate == end
            or self.is_below(candidate.resource, end.resource)
            or self.is_below(end.resource, candidate.resource)
        ):
            return False
        if link.many != back.many:
            return link.many
        rank = {
            link_end: (self.collection_sizes.get(link_end.resource, 0), link_end.resource)
            for link_end in (candidate, end)
        }
        return rank[candidate] < rank[end]
