"""What a description is read as: operations, and the resources behind them.

Derived by `conformance.description.resources`; nothing here is written by hand for one API.
"""

from enum import StrEnum
from functools import cached_property

import msgspec

from conformance.model.operation import Link, LinkKind, Operation, Role


class KeyKind(StrEnum):
    """What identifies a member of a collection."""

    ID = "id"  # four letters and a ULID
    TIMESTAMP = "timestamp"
    NAME = "name"  # a word out of a list, as a region or provider


class Resource(msgspec.Struct, frozen=True, omit_defaults=True):
    """Something the API shows under a URL: members of a collection, logs, or a singleton.

    `name` is unique: the fixed segments of its path joined by dots (`evses`, `evses.status_logs`), `root` for the root.
    `list_path` and `item_path` are templates, empty where there is none; a singleton has its path in `item_path`.
    `key` is the last parameter of `item_path`; `key_field` is the property of an item that holds its value, or that
    tells items apart where there is no `item_path`. `prefix` is the four letters of its ids, `id_pattern` their
    documented pattern; each is empty where the description does not tell. `schema` is the pointer of one item's schema.
    `parent` names the resource that its path hangs under.
    """

    name: str
    schema: str
    list_path: str = ""
    item_path: str = ""
    key: str = ""
    key_kind: KeyKind = KeyKind.ID
    key_field: str = ""
    prefix: str = ""
    id_pattern: str = ""
    parent: str = ""
    singleton: bool = False
    links: tuple[Link, ...] = ()
    operations: tuple[str, ...] = ()


class ResourceModel(msgspec.Struct, frozen=True, omit_defaults=True, dict=True):
    """Everything derived from one description; `digest` is the SHA-256 of what it came from, overlays included.

    `base_path` is the path of the first server (`/v2`). `notes` say what could not be derived.
    """

    digest: str
    title: str
    version: str
    base_path: str
    operations: tuple[Operation, ...]
    resources: tuple[Resource, ...]
    version_header: str = ""
    problem_base: str = ""
    scopes: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @cached_property
    def by_key(self) -> dict[str, Operation]:
        """Operations by key."""
        return {each.key: each for each in self.operations}

    @cached_property
    def by_name(self) -> dict[str, Resource]:
        """Resources by name."""
        return {each.name: each for each in self.resources}

    @cached_property
    def principal(self) -> str:
        """The name of the resource that stands for people, empty where there is none."""
        return next((each.name for each in self.resources if each.prefix == "user" and not each.parent), "")

    @cached_property
    def owned(self) -> frozenset[str]:
        """Resources that belong to a person: they link to one, to something that belongs to one, or hang below it."""
        return self._with_belongings({self.principal} - {""})

    @cached_property
    def personal(self) -> frozenset[str]:
        """The owned, and those whose members are read in the name of one user, with what belongs to them."""
        named = {o.resource for o in self.operations if o.role is Role.ITEM and o.user_header and o.secured}
        return self._with_belongings(self.owned | named)

    def _with_belongings(self, found: frozenset[str] | set[str]) -> frozenset[str]:
        while more := {each.name for each in self.resources if each.name not in found and _belongs(each, found)}:
            found = found | more
        return frozenset(found)


def _belongs(resource: Resource, owned: frozenset[str] | set[str]) -> bool:
    if resource.parent in owned:
        return True
    single = (each for each in resource.links if each.kind is LinkKind.ITEM and not each.many and not each.own)
    return bool(resource.list_path) and any(each.targets and owned.issuperset(each.targets) for each in single)
