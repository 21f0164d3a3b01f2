"""What follows of a resource model for a world: who owns what, how large collections are, which links mirror others.

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

_LARGE = (63, 58, 61, 55, 60, 57)  # several pages at the default size, none of them a multiple of it
_LARGE_OF_EACH_SCHEME = 2
_PRINCIPALS = 31


@dataclass(frozen=True, slots=True)
class End:
    """One end of a pair of links that answer each other."""

    resource: str
    path: str


class Shape:
    """Derived facts about one description; everything is computed once, on first use."""

    def __init__(self, description: Description) -> None:
        self._description = description
        self.model = description.model
        self.resources = {each.name: each for each in map(self._under_its_path, self.model.resources)}

    def _under_its_path(self, resource: Resource) -> Resource:
        """A resource whose path names no member of its parent hangs under the next one up (`/x/versions/current`)."""
        path = resource.list_path or resource.item_path
        known = {each.name: each for each in self.model.resources}
        parent = resource.parent
        while parent and not (known[parent].item_path and path.startswith(known[parent].item_path + "/")):
            parent = known[parent].parent
        item_path, key = resource.item_path, resource.key
        if not item_path and (found := self._member_path(resource.list_path)):
            item_path, key = found
        return msgspec.structs.replace(resource, parent=parent, item_path=item_path, key=key)

    def _member_path(self, list_path: str) -> tuple[str, str] | None:
        """The template of members that no GET shows, from the actions on them (`/x/{id}/events/{event_id}/cancel`)."""
        for operation in self.model.operations:
            if found := re.match(re.escape(list_path) + r"/\{([^}]+)\}", operation.path):
                return found[0], found[1]
        return None

    @cached_property
    def principal(self) -> str:
        """The resource that stands for people: the one whose ids the user header takes; empty where there is none."""
        for operation in self.model.operations:
            for parameter in operation.parameters:
                if operation.user_header and parameter.name == operation.user_header:
                    pattern = str(parameter.schema.get("pattern", ""))
                    for resource in self.model.resources:
                        if resource.prefix and re.match(rf"\W*{resource.prefix}\W", pattern):
                            return resource.name
        return ""

    @cached_property
    def lists(self) -> dict[str, Operation]:
        """The operation that lists a resource, by its name."""
        return {each.resource: each for each in self.model.operations if each.role is Role.LIST and each.resource}

    def links(self, resource: str) -> tuple[Link, ...]:
        """The links of a resource that stay inside the API, its own address aside."""
        return tuple(
            each for each in self.resources[resource].links if each.kind is not LinkKind.EXTERNAL and not each.own
        )

    def _lines(self) -> Iterator[tuple[str, Link, str]]:
        """Each single link to a member of a collection: from which resource, the link, to which."""
        for name in self.resources:
            for link in self.links(name):
                if link.kind is LinkKind.ITEM:
                    yield from ((name, link, target) for target in link.targets)

    @cached_property
    def owned(self) -> frozenset[str]:
        """Resources whose members belong to one user each."""
        referred = {target for name, link, target in self._lines() if not link.many and not self.below(name, target)}
        declared = {name: self._declared(each) for name, each in self.resources.items()}
        owned = {self.principal} if self.principal else set()
        owned |= {name for name, word in declared.items() if word == "user"}
        for name, operation in self.lists.items():
            if operation.user_header and name not in referred and declared.get(name) != "shared":
                owned.add(name)
        while True:
            found = {n for n, link, to in self._lines() if to in owned and not link.many and "[]" not in link.path}
            found |= {n for n, each in self.resources.items() if each.parent in owned}
            found = {n for n in found | owned if declared.get(n) != "shared" and not self._below_shared(n, declared)}
            if found == owned:
                return frozenset(owned)
            owned = found

    def _declared(self, resource: Resource) -> str:
        paths = self._description.document["paths"]
        for path in (resource.list_path, resource.item_path):
            if word := paths.get(path, {}).get("x-evconform-owner"):
                return str(word)
        return ""

    def _below_shared(self, name: str, declared: dict[str, str]) -> bool:
        parent = self.resources[name].parent
        return bool(parent) and parent in self.resources and declared.get(parent) == "shared"

    def below(self, name: str, ancestor: str) -> bool:
        """Whether a resource hangs under another, at any depth."""
        while name and (parent := self.resources[name].parent) in self.resources:
            if parent == ancestor:
                return True
            name = parent
        return False

    @cached_property
    def sizes(self) -> dict[str, int]:
        """How many members each collection at the root has."""
        roots = [n for n, each in self.resources.items() if not each.parent and not each.singleton]
        sizes = {name: 4 + sum(map(ord, name)) % 6 for name in roots}
        paged = [n for n in roots if n in self.lists and self.lists[n].pagination]
        paged.sort(key=lambda n: (-len(self._operations_below(n)) - len(self.lists[n].filters), n))
        large = paged[: len(_LARGE) - 1]
        for scheme in {self.lists[n].pagination.scheme for n in paged if self.lists[n].pagination}:  # type: ignore[union-attr]
            same = [n for n in paged if self.lists[n].pagination.scheme is scheme]  # type: ignore[union-attr]
            large += [n for n in same[:_LARGE_OF_EACH_SCHEME] if n not in large]
        sizes |= {name: _LARGE[i % len(_LARGE)] for i, name in enumerate(large)}
        if self.principal in sizes:
            sizes[self.principal] = _PRINCIPALS
        if self.empty:
            sizes[self.empty] = 0
        return sizes

    @cached_property
    def empty(self) -> str:
        """The collection that stays empty: the one whose lack starves the fewest operations."""
        linked = {target for _, _, target in self._lines()}
        roots = [n for n in self.lists if not self.resources[n].parent and n not in linked and n != self.principal]
        roots = [n for n in roots if not self.lists[n].filters or not any(f.required for f in self.lists[n].filters)]
        return min(roots, key=lambda n: (len(self._operations_below(n)), n), default="")

    def _operations_below(self, name: str) -> list[Operation]:
        start = self.resources[name].list_path or self.resources[name].item_path
        return [op for op in self.model.operations if re.match(rf"{re.escape(start)}(?![A-Za-z0-9_-])", op.path)]

    @cached_property
    def mirrors(self) -> dict[End, End]:
        """Links computed of another, and that one: a user's `vehicles` of each vehicle's `user`."""
        found: dict[End, End] = {}
        lines = [(End(n, link.path), link, to) for n, link, to in self._lines() if len(link.targets) == 1]
        for end, link, target in lines:
            for other, back, to in lines:
                if (
                    (other.resource, to) == (target, end.resource)
                    and "[]" not in back.path
                    and self._leads(other, back, end, link)
                ):
                    found[end] = other
                    break
        return found

    def _leads(self, other: End, back: Link, end: End, link: Link) -> bool:
        """Whether the link back decides: the single one of a pair, else that of the smaller collection."""
        if other == end or self.below(other.resource, end.resource) or self.below(end.resource, other.resource):
            return False
        if link.many != back.many:
            return link.many
        rank = {each: (self.sizes.get(each.resource, 0), each.resource) for each in (other, end)}
        return rank[other] < rank[end]
