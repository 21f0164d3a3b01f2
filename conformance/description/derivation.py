"""The derivation of the resource model from a document: operations, resources, links, expansions, filters."""

from collections.abc import Iterable
from typing import Any

import msgspec

from conformance.description import api, path_templates
from conformance.description.effects import effect_of
from conformance.description.expansions import ExpansionResolver, list_documented_paths, read_readings
from conformance.description.filters import derive_filters, derive_ordering, derive_stated_order
from conformance.description.link_targets import LinkTargetFinder, is_target_unknown
from conformance.description.links import find_link_properties, list_field_paths
from conformance.description.operations import StatedOperation, is_json, read_operations
from conformance.description.pagination import derive_pagination
from conformance.description.resources import build_resources
from conformance.description.roles import ClassifiedOperation, index_by_schema
from conformance.description.schemas import DocumentNode, Schemas
from conformance.description.text_readings import find_text_readings
from conformance.model import (
    Expansion,
    KeyKind,
    Link,
    LinkKind,
    Operation,
    Resource,
    ResourceModel,
    Role,
)


def derive_model(document: dict[str, Any], digest: str, notes: Iterable[str] = ()) -> ResourceModel:
    """Return the model of an overlaid document whose references all resolve; `notes` come before those made here."""
    schemas = Schemas(document)
    stated = tuple(read_operations(schemas))
    placed, resources = build_resources(schemas, stated)
    deriver = _Deriver(schemas, placed, resources)
    derived = tuple(deriver.operation(operation) for operation in placed)
    linked_resources = tuple(deriver.resource(resource) for resource in resources)
    return ResourceModel(
        digest=digest,
        title=str(document["info"].get("title", "")),
        version=str(document["info"].get("version", "")),
        base_path=api.find_base_path(document),
        operations=derived,
        resources=linked_resources,
        version_header=api.find_common_header(stated, "-version"),
        problem_base=api.find_problem_base(schemas, stated),
        scopes=api.list_scopes(document),
        token_schemes=api.list_token_schemes(schemas),
        has_client_credentials=api.has_client_credentials(schemas),
        has_field_errors=api.has_field_errors(schemas, stated),
        notes=(*notes, *(note for operation in stated for note in operation.notes), *dict.fromkeys(deriver.notes)),
    )


class _Deriver:
    """Derives operations and resources; holds what they share and collects notes."""

    def __init__(self, schemas: Schemas, placed: Iterable[ClassifiedOperation], resources: Iterable[Resource]) -> None:
        self.schemas = schemas
        self.resources = {resource.name: resource for resource in resources}
        self.targets = LinkTargetFinder(schemas, self.resources, index_by_schema(placed))
        self.expander = ExpansionResolver(schemas, self.targets)
        self.user_header = api.find_common_header([operation.stated for operation in placed], "-user")
        self.notes: list[str] = []

    def operation(self, placed: ClassifiedOperation) -> Operation:
        """Return one operation with everything that is derived of it."""
        own, item = placed.stated, placed.item
        links = self.links(placed)
        query_filters, notes = derive_filters(self.schemas, own, placed.role, item, links) if item else ((), ())
        self.notes += notes
        resource = self.resources.get(placed.resource)
        kind = resource.key_kind if resource else KeyKind.ID
        user = own.find_header_parameter(self.user_header)
        return Operation(
            key=own.key,
            id=str(own.node.get("operationId") or ""),
            method=own.method,
            path=own.path,
            pointer=own.node.pointer,
            role=placed.role,
            effect=effect_of(placed),
            group=(path_templates.split_path(own.path) or ("root",))[0].partition(":")[0],
            tags=tuple(own.node.get("tags") or ()),
            resource=placed.resource,
            parameters=own.parameters,
            body=own.body,
            responses=own.responses,
            security=own.security,
            item_schema=item.pointer if item else "",
            items_at=placed.items_at,
            pagination=derive_pagination(own, kind) if placed.role is Role.LIST else None,
            filters=query_filters,
            ordering=derive_ordering(own),
            stated_order=derive_stated_order(self.schemas, own, placed.role),
            expansions=self.expansions(placed),
            links=links,
            fields=self.fields(own),
            user_header=user.name if user else "",
            user_required=bool(user and (user.required or own.node.get("x-evconform-user") == "required")),
            deprecated=bool(own.node.get("deprecated")),
            readings=(*read_readings(own.node), *find_text_readings(self.schemas, own)),
        )

    def expansions(self, placed: ClassifiedOperation) -> tuple[Expansion, ...]:
        """Resolve the documented values of `expand`, starting at an item or at the body of a wrapped list."""
        own, start = placed.stated, placed.stated.response_schema if placed.items_at else placed.item
        parameter = own.find_query_parameter("expand")
        if parameter is None or start is None:
            return ()
        expansions = self.expander.resolve_expansions(list_documented_paths(parameter), start, placed.resource)
        self.notes += [
            f"{own.key}: expand={expansion.path} leads to no object"
            for expansion in expansions
            if not expansion.resolvable
        ]
        if not expansions:
            self.notes.append(f"{own.key}: expand takes any text; the paths that it expands are not documented")
        return expansions

    def fields(self, own: StatedOperation) -> tuple[str, ...]:
        """Return the paths that successful JSON bodies can show, in the order of the description."""
        media_types = (
            media
            for response in own.responses
            if response.status.startswith("2")
            for media in response.media
            if is_json(media.type)
        )
        schemas = dict.fromkeys(media_type.schema for media_type in media_types if media_type.schema)
        return tuple(
            dict.fromkeys(
                path for pointer in schemas for path in list_field_paths(self.schemas, self.schemas.get_node(pointer))
            )
        )

    def links(self, placed: ClassifiedOperation) -> tuple[Link, ...]:
        """Return the links of one item, and of the object around a wrapped list."""
        item = placed.item
        if item is None:
            return ()
        item_links = self._list_links(item, placed.resource, own_url=self._has_own_url(placed))
        if not placed.items_at or placed.stated.response_schema is None:
            return item_links
        wrapper_links = self._list_links(placed.stated.response_schema, placed.resource, own_url=True)
        item_paths = {f"{placed.items_at}[].{link.path}" for link in item_links}
        return (*item_links, *(_mark_outside(link) for link in wrapper_links if link.path not in item_paths))

    def resource(self, resource: Resource) -> Resource:
        """Return a resource with its links."""
        if not resource.schema:
            return resource
        item = self.schemas.get_node(resource.schema)
        return msgspec.structs.replace(resource, links=self._list_links(item, resource.name, own_url=True))

    def _has_own_url(self, placed: ClassifiedOperation) -> bool:
        """Return whether a top-level `url` is the address of what is shown: in reads of it, or beside an `id`."""
        if placed.resource not in self.resources or placed.item is None:
            return False
        if placed.role in {Role.LIST, Role.ITEM, Role.SINGLETON}:
            return True
        own = placed.item.pointer == self.resources[placed.resource].schema
        return own or "id" in self.schemas.list_properties(placed.item)

    def _list_links(self, item: DocumentNode, own: str, *, own_url: bool) -> tuple[Link, ...]:
        # Alternatives of one nested object may have the same property: the first one speaks for both.
        by_path = {
            link_property.path: link_property
            for link_property in reversed(list(find_link_properties(self.schemas, item)))
        }
        links = tuple(
            self.targets.resolve_link(link_property, own, own_url=own_url)
            for link_property in reversed(by_path.values())
        )
        where = own or item.pointer
        self.notes += [f"{where}: the target of {link.path} is unknown" for link in links if is_target_unknown(link)]
        return links


def _mark_outside(link: Link) -> Link:
    """Return a link of the object around a wrapped list; that object's own address is the list's."""
    return msgspec.structs.replace(link, outside=True, kind=LinkKind.LIST if link.own else link.kind)
