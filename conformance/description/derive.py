"""The resource model of a document: what every operation, resource, link, expansion and filter is."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import urlsplit

import msgspec

from conformance.description import paths, pointers
from conformance.description.expansions import Expander, values
from conformance.description.filters import filters, ordering
from conformance.description.links import properties
from conformance.description.operations import Stated, stated
from conformance.description.paging import pagination
from conformance.description.resources import place
from conformance.description.roles import Placed, shown
from conformance.description.schemas import Node, Schemas
from conformance.description.targets import Targets, doubtful
from conformance.errors import DescriptionError
from conformance.model import (
    Effect,
    KeyKind,
    Link,
    LinkKind,
    Location,
    Operation,
    Resource,
    ResourceModel,
    Role,
)

_PROBLEMS = "/problems/"
_EFFECTS = tuple(each.value for each in Effect)


def derive(document: dict[str, Any], digest: str, notes: Iterable[str] = ()) -> ResourceModel:
    """The model of an overlaid document whose references all resolve; `notes` go before what is noted here."""
    schemas = Schemas(document)
    operations = tuple(stated(schemas))
    placed, resources = place(schemas, operations)
    deriver = _Deriver(schemas, placed, resources, base_path(document))
    made = tuple(deriver.operation(each) for each in placed)
    linked = tuple(deriver.resource(each) for each in resources)
    version = _header(operations, "-version")
    return ResourceModel(
        digest=digest,
        title=str(document["info"].get("title", "")),
        version=str(document["info"].get("version", "")),
        base_path=base_path(document),
        operations=made,
        resources=linked,
        version_header=version,
        problem_base=problem_base(schemas, operations),
        scopes=_scopes(document),
        notes=(*notes, *(note for each in operations for note in each.notes), *dict.fromkeys(deriver.notes)),
    )


def base_path(document: dict[str, Any]) -> str:
    """The path of the first server, without a last slash."""
    servers = document.get("servers") or [{"url": ""}]
    return urlsplit(str(servers[0].get("url", ""))).path.rstrip("/")


def problem_base(schemas: Schemas, operations: Iterable[Stated]) -> str:
    """The URL that problem types stand under, out of the examples of problem documents; empty without any."""
    bases = Counter(
        str(value).partition(_PROBLEMS)[0] + _PROBLEMS
        for operation in operations
        for value in _problem_types(schemas, operation)
        if _PROBLEMS in str(value)
    )
    return bases.most_common(1)[0][0] if bases else ""


def _problem_types(schemas: Schemas, operation: Stated) -> Iterator[Any]:
    """Example values of `type`, given for the property, for the whole schema or for the response."""
    for response in operation.responses:
        content = schemas.at(response.pointer).get("content") or {}
        for name in content.keys() & {"application/problem+json"}:
            media = schemas.at(pointers.join(response.pointer, "content", name))
            schema = schemas.child(media, "schema")
            kind = schemas.members(schema).get("type") if schema else None
            yield from schemas.follow(kind).examples if kind else ()
            given = (media.get("examples") or {}).values()
            wholes = [
                *(schema.examples if schema else ()),
                media.get("example"),
                *(each.get("value") for each in given),
            ]
            yield from (whole["type"] for whole in wholes if isinstance(whole, dict) and "type" in whole)


def _header(operations: Iterable[Stated], end: str) -> str:
    """The commonest request header whose name ends so."""
    names = Counter(
        p.name
        for each in operations
        for p in each.parameters
        if p.location is Location.HEADER and p.name.lower().endswith(end)
    )
    return names.most_common(1)[0][0] if names else ""


def _scopes(document: dict[str, Any]) -> tuple[str, ...]:
    schemes = document.get("components", {}).get("securitySchemes", {})
    flows = [flow for scheme in schemes.values() for flow in scheme.get("flows", {}).values()]
    return tuple(sorted({scope for flow in flows for scope in flow.get("scopes", {})}))


class _Deriver:
    """Holds what all operations share; collects notes."""

    def __init__(self, schemas: Schemas, placed: Iterable[Placed], resources: tuple[Resource, ...], base: str) -> None:
        self.schemas = schemas
        self.resources = {each.name: each for each in resources}
        self.targets = Targets(schemas, resources, base, shown(placed))
        self.expander = Expander(schemas, self.targets)
        self.user_header = _header([each.stated for each in placed], "-user")
        self.notes: list[str] = []

    def operation(self, placed: Placed) -> Operation:
        """One operation with all that is derived of it."""
        stated, item = placed.stated, placed.item
        links = self.links(placed) if item else ()
        resource = self.resources.get(placed.resource)
        found, notes = filters(self.schemas, stated, placed.role, item, links) if item else ((), ())
        self.notes += notes
        parameter = stated.query("expand")
        expand = values(parameter)
        if parameter and not expand:
            self.notes.append(f"{stated.key}: expand takes any text; which paths it expands is not told")
        outer = stated.shown if placed.items_at else item
        expansions = self.expander.expansions(expand, outer, placed.resource) if outer else ()
        self.notes += [f"{stated.key}: expand={e.path} leads to no object" for e in expansions if not e.resolvable]
        user = next(
            (p for p in stated.parameters if p.location is Location.HEADER and p.name == self.user_header), None
        )
        return Operation(
            key=stated.key,
            id=str(stated.node.get("operationId") or ""),
            method=stated.method,
            path=stated.path,
            pointer=stated.node.pointer,
            role=placed.role,
            effect=_effect(placed),
            group=(paths.segments(stated.path) or ("root",))[0].partition(":")[0],
            tags=tuple(stated.node.get("tags") or ()),
            resource=placed.resource,
            parameters=stated.parameters,
            body=stated.body,
            responses=stated.responses,
            security=stated.security,
            item_schema=item.pointer if item else "",
            items_at=placed.items_at,
            pagination=pagination(stated, resource.key_kind if resource else KeyKind.ID)
            if placed.role is Role.LIST
            else None,
            filters=found,
            ordering=ordering(stated),
            expansions=expansions,
            links=links,
            user_header=user.name if user else "",
            user_required=bool(user and (user.required or stated.node.get("x-evconform-user") == "required")),
            deprecated=bool(stated.node.get("deprecated")),
        )

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
