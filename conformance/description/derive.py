"""The resource model of a document: what every operation, resource, link, expansion and filter is."""

from collections.abc import Iterable
from typing import Any

import msgspec

from conformance.description import api, paths
from conformance.description.expansions import Expander, values
from conformance.description.filters import filters, ordering
from conformance.description.links import fields, properties
from conformance.description.operations import Stated, is_json, operations
from conformance.description.paging import pagination
from conformance.description.resources import place
from conformance.description.roles import Placed, shown
from conformance.description.schemas import Node, Schemas
from conformance.description.targets import Targets, doubtful
from conformance.errors import DescriptionError
from conformance.model import (
    Effect,
    Expansion,
    KeyKind,
    Link,
    LinkKind,
    Operation,
    Resource,
    ResourceModel,
    Role,
)

_EFFECTS = tuple(each.value for each in Effect)


def derive(document: dict[str, Any], digest: str, notes: Iterable[str] = ()) -> ResourceModel:
    """The model of an overlaid document whose references all resolve; `notes` go before what is noted here."""
    schemas = Schemas(document)
    stated = tuple(operations(schemas))
    placed, resources = place(schemas, stated)
    deriver = _Deriver(schemas, placed, resources)
    made = tuple(deriver.operation(each) for each in placed)
    linked = tuple(deriver.resource(each) for each in resources)
    return ResourceModel(
        digest=digest,
        title=str(document["info"].get("title", "")),
        version=str(document["info"].get("version", "")),
        base_path=api.base_path(document),
        operations=made,
        resources=linked,
        version_header=api.header(stated, "-version"),
        problem_base=api.problem_base(schemas, stated),
        scopes=api.scopes(document),
        notes=(*notes, *(note for each in stated for note in each.notes), *dict.fromkeys(deriver.notes)),
    )


class _Deriver:
    """Holds what all operations share; collects notes."""

    def __init__(self, schemas: Schemas, placed: Iterable[Placed], resources: Iterable[Resource]) -> None:
        self.schemas = schemas
        self.resources = {each.name: each for each in resources}
        self.targets = Targets(schemas, self.resources, shown(placed))
        self.expander = Expander(schemas, self.targets)
        self.user_header = api.header([each.stated for each in placed], "-user")
        self.notes: list[str] = []

    def operation(self, placed: Placed) -> Operation:
        """One operation with all that is derived of it."""
        own, item = placed.stated, placed.item
        links = self.links(placed)
        found, notes = filters(self.schemas, own, placed.role, item, links) if item else ((), ())
        self.notes += notes
        resource = self.resources.get(placed.resource)
        kind = resource.key_kind if resource else KeyKind.ID
        user = own.header(self.user_header)
        return Operation(
            key=own.key,
            id=str(own.node.get("operationId") or ""),
            method=own.method,
            path=own.path,
            pointer=own.node.pointer,
            role=placed.role,
            effect=_effect(placed),
            group=(paths.segments(own.path) or ("root",))[0].partition(":")[0],
            tags=tuple(own.node.get("tags") or ()),
            resource=placed.resource,
            parameters=own.parameters,
            body=own.body,
            responses=own.responses,
            security=own.security,
            item_schema=item.pointer if item else "",
            items_at=placed.items_at,
            pagination=pagination(own, kind) if placed.role is Role.LIST else None,
            filters=found,
            ordering=ordering(own),
            expansions=self.expansions(placed),
            links=links,
            fields=self.fields(own),
            user_header=user.name if user else "",
            user_required=bool(user and (user.required or own.node.get("x-evconform-user") == "required")),
            deprecated=bool(own.node.get("deprecated")),
        )

    def expansions(self, placed: Placed) -> tuple[Expansion, ...]:
        """What the documented values of `expand` lead to, from an item or from the body of a wrapped list."""
        own, start = placed.stated, placed.stated.shown if placed.items_at else placed.item
        parameter = own.query("expand")
        if parameter is None or start is None:
            return ()
        found = self.expander.expansions(values(parameter), start, placed.resource)
        self.notes += [f"{own.key}: expand={each.path} leads to no object" for each in found if not each.resolvable]
        if not found:
            self.notes.append(f"{own.key}: expand takes any text; which paths it expands is not told")
        return found

    def fields(self, own: Stated) -> tuple[str, ...]:
        """What the successful JSON bodies can show, in the order of the description."""
        media = (m for each in own.responses if each.status.startswith("2") for m in each.media if is_json(m.type))
        bodies = dict.fromkeys(each.schema for each in media if each.schema)
        return tuple(dict.fromkeys(path for each in bodies for path in fields(self.schemas, self.schemas.at(each))))

    def links(self, placed: Placed) -> tuple[Link, ...]:
        """The links of one item, and of the object around a wrapped list."""
        item = placed.item
        if item is None:
            return ()
        mine = self._links(item, placed.resource, own_url=self._has_own_url(placed))
        if not placed.items_at or placed.stated.shown is None:
            return mine
        around = self._links(placed.stated.shown, placed.resource, own_url=True)
        inner = {f"{placed.items_at}[].{link.path}" for link in mine}
        return (*mine, *(_outside(each) for each in around if each.path not in inner))

    def resource(self, resource: Resource) -> Resource:
        """A resource with its links."""
        if not resource.schema:
            return resource
        item = self.schemas.at(resource.schema)
        return msgspec.structs.replace(resource, links=self._links(item, resource.name, own_url=True))

    def _has_own_url(self, placed: Placed) -> bool:
        """Whether a top-level `url` is the address of what is shown: in reads of a resource, or beside an `id`."""
        if placed.resource not in self.resources or placed.item is None:
            return False
        if placed.role in {Role.LIST, Role.ITEM, Role.SINGLETON}:
            return True
        own = placed.item.pointer == self.resources[placed.resource].schema
        return own or "id" in self.schemas.members(placed.item)

    def _links(self, item: Node, own: str, *, own_url: bool) -> tuple[Link, ...]:
        # Alternatives of one nested object may have the same property: the first one speaks for both.
        by_path = {each.path: each for each in reversed(list(properties(self.schemas, item)))}
        found = tuple(self.targets.link(each, own, own_url=own_url) for each in reversed(by_path.values()))
        where = own or item.pointer
        self.notes += [f"{where}: what {link.path} links to cannot be told" for link in found if doubtful(link)]
        return found


def _outside(link: Link) -> Link:
    """A link of the object around a wrapped list, whose own address is the list's."""
    return msgspec.structs.replace(link, outside=True, kind=LinkKind.LIST if link.own else link.kind)


def _effect(placed: Placed) -> Effect:
    """What an overlay says; else reads have none, deletes and unknown actions cannot be undone, the rest writes."""
    word = placed.stated.node.get("x-evconform-effect")
    if word is not None and word not in _EFFECTS:
        raise DescriptionError(
            f"{placed.stated.key}: x-evconform-effect is `{word}`.", hint=f"Write one of {', '.join(_EFFECTS)}."
        )
    if word is not None:
        return Effect(word)
    if placed.stated.method in {"GET", "HEAD", "OPTIONS"}:
        return Effect.NONE
    return Effect.IRREVERSIBLE if placed.role in {Role.DELETE, Role.ACTION} else Effect.WRITE
