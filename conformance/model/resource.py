"""The model of a description: operations, and the resources behind them.

Derived by the package `conformance.description`; nothing here is specific to one API.
"""

from enum import StrEnum
from functools import cached_property

import msgspec

from conformance.model.operation import Link, LinkKind, Operation, Role


class KeyKind(StrEnum):
    """The kind of value that identifies a member of a collection."""

    ID = "id"  # four letters and a ULID
    TIMESTAMP = "timestamp"
    NAME = "name"  # a word out of a list, as a region or provider


class Resource(msgspec.Struct, frozen=True, omit_defaults=True):
    """Something that the API shows under a URL: members of a collection, logs, or a singleton.

    `name` is unique: the fixed segments of its path joined by dots (`evses`, `evses.status_logs`), `root` for the root.
    `list_path` and `item_path` are templates, empty if there is none; a singleton has its path in `item_path`. `key` is
    the last parameter of `item_path`; `key_field` is the property of an item that holds its value, or that
    distinguishes items if there is no `item_path`. `prefix` is the four letters of its ids, `id_pattern` their
    documented pattern; both are empty if the description does not say. `schema` is the pointer of one item's schema.
    `parent` names the resource that its path is below.
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
    """Everything derived from one description; `digest` is the SHA-256 of its source, overlays included.

    `base_path` is the path of the first server (`/v2`). `token_schemes` names the security schemes that a bearer token
    satisfies; `has_client_credentials` says whether one of them documents the token endpoint of client credentials;
    `has_field_errors` whether a documented error names the wrong fields (`field_errors`). `notes` say what could not be
    derived.
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
    token_schemes: tuple[str, ...] = ()
    has_client_credentials: bool = False
    has_field_errors: bool = False
    notes: tuple[str, ...] = ()

    @cached_property
    def operations_by_key(self) -> dict[str, Operation]:
        """Return the operations by key."""
        return {operation.key: operation for operation in self.operations}

    @cached_property
    def operations_by_depth(self) -> dict[int, tuple[Operation, ...]]:
        """Return the operations by the number of slashes in their path, outer ones left out."""
        by_depth: dict[int, list[Operation]] = {}
        for operation in self.operations:
            by_depth.setdefault(operation.path.strip("/").count("/"), []).append(operation)
        return {depth: tuple(operations) for depth, operations in by_depth.items()}

    @cached_property
    def response_headers(self) -> frozenset[str]:
        """Return the names of all documented response headers, in lower case."""
        responses = (response for operation in self.operations for response in operation.responses)
        return frozenset(header.name.lower() for response in responses for header in response.headers)

    @cached_property
    def version_enums(self) -> tuple[tuple[object, ...] | None, ...]:
        """Return the values that each parameter of the version header allows, None for one that names none."""
        parameters = (parameter for operation in self.operations for parameter in operation.parameters)
        name = self.version_header.lower()
        enums = (parameter.schema.get("enum") for parameter in parameters if parameter.name.lower() == name)
        return tuple(dict.fromkeys(None if enum is None else tuple(enum) for enum in enums))

    @cached_property
    def resources_by_name(self) -> dict[str, Resource]:
        """Return the resources by name."""
        return {resource.name: resource for resource in self.resources}

    @cached_property
    def expandable_links(self) -> dict[str, tuple[tuple[Link, str, Resource], ...]]:
        """Return by resource the expandable links that lead to one resource: with the first name of their path, and it.

        Paths as in `Link.path`.
        """
        return {
            resource.name: tuple(
                (link, link.path.partition(".")[0].removesuffix("[]"), target)
                for link in resource.links
                if link.expandable
                and len(link.targets) == 1
                and (target := self.resources_by_name.get(link.targets[0])) is not None
            )
            for resource in self.resources
        }

    @cached_property
    def principal_resource(self) -> str:
        """Return the name of the resource that represents people, empty if there is none."""
        return next(
            (resource.name for resource in self.resources if resource.prefix == "user" and not resource.parent), ""
        )

    @cached_property
    def owned_resources(self) -> frozenset[str]:
        """Return the resources of people: they link to a person, to something that belongs to one, or are below it."""
        return self._add_dependents({self.principal_resource} - {""})

    @cached_property
    def personal_resources(self) -> frozenset[str]:
        """Return owned resources, resources that are read for one user, and all that belong to these."""
        per_user = {
            operation.resource
            for operation in self.operations
            if operation.role is Role.ITEM and operation.user_header and operation.is_secured
        }
        return self._add_dependents(self.owned_resources | per_user)

    def _add_dependents(self, owners: frozenset[str] | set[str]) -> frozenset[str]:
        """Return the owners and everything that belongs to them, directly or not."""
        while dependents := {
            resource.name
            for resource in self.resources
            if resource.name not in owners and _is_dependent(resource, owners)
        }:
            owners = owners | dependents
        return frozenset(owners)


def _is_dependent(resource: Resource, owned: frozenset[str] | set[str]) -> bool:
    if resource.parent in owned:
        return True
    single_links = (link for link in resource.links if link.kind is LinkKind.ITEM and not link.many and not link.own)
    return bool(resource.list_path) and any(link.targets and owned.issuperset(link.targets) for link in single_links)
