"""Which query parameters select items, by which field, and which one orders them."""

from collections.abc import Iterable, Mapping
from typing import Any

from conformance.description import paging, paths
from conformance.description.links import shape
from conformance.description.operations import Stated
from conformance.description.schemas import Node, Schemas
from conformance.model import Filter, Link, Location, Operator, Ordering, Parameter, Role

_OPERATORS = frozenset(each.value for each in Operator)
_NO_FILTERS = paging.NAMES | {"expand", "ordering"}


def split(name: str) -> tuple[str, Operator]:
    """The field and operator that a parameter's name spells: `created_at__gte` is `created_at` and GTE."""
    base, mark, suffix = name.rpartition("__")
    if mark and suffix in _OPERATORS:
        return base, Operator(suffix)
    return name, Operator.EQ


def filters(
    schemas: Schemas, operation: Stated, role: Role, item: Node, links: Iterable[Link]
) -> tuple[tuple[Filter, ...], tuple[str, ...]]:
    """The filters of a read, and notes on those whose field has other values than the parameter takes.

    In a list every remaining query parameter is one; in a singleton only one that names an operator.
    """
    found, notes = [], []
    for each in operation.parameters:
        _, operator = split(each.name)
        if each.location is not Location.QUERY or each.name in _NO_FILTERS:
            continue
        if role is Role.LIST or (role is Role.SINGLETON and operator is not Operator.EQ):
            field, target, note = _field(schemas, each, item, links)
            notes += [f"{operation.key}: {note}"] * bool(note)
            found.append(Filter(each.name, operator, field, target, each.required))
    return tuple(found), tuple(notes)


def _field(schemas: Schemas, parameter: Parameter, item: Node, links: Iterable[Link]) -> tuple[str, str, str]:
    """The field that a filter compares, the resource whose id it takes, and why there is none, each possibly empty."""
    base, operator = split(parameter.name)
    by_path = {link.path: link for link in links}
    link = _linked(base, by_path)
    if link and (link.path != base or parameter.schema.get("format") != "uri"):
        by_id = link.targets[0] if link.targets and operator is not Operator.ISNULL else ""
        return link.path, by_id, ""
    places = _places(schemas, item, base)
    if len(places) != 1:
        return "", "", ""
    field, node = places[0]
    if not _comparable(schemas, parameter.schema, node, operator):
        return "", "", f"{parameter.name} takes values that {field} cannot have"
    return field, "", ""


def _linked(base: str, by_path: Mapping[str, Link]) -> Link | None:
    """The link that a parameter names: itself, without `_id`, or its plural (a member of `region_groups`)."""
    stem = base.removesuffix("_id")
    names = [base] if stem == base else [base, stem, paths.plural(stem)]
    return next((by_path[name] for name in names if name in by_path and by_path[name].targets), None)


def _places(schemas: Schemas, item: Node, name: str) -> list[tuple[str, Node]]:
    """Where a property of that name stands: at the top, else one level down."""
    members = schemas.members(item)
    if name in members:
        return [(name, members[name])]
    found = {}
    for key, member in members.items():
        form = shape(schemas, member, key)
        for each in form.objects if not form.urls else ():
            inner = schemas.members(each)
            if name in inner:
                found[f"{key}{'[]' * form.array}.{name}"] = inner[name]
    return list(found.items())


def _comparable(schemas: Schemas, wanted: Mapping[str, Any], node: Node, operator: Operator) -> bool:
    """Whether a parameter can take what the field holds: formats agree, enums share a value."""
    if operator in {Operator.ISNULL, Operator.IN, Operator.RANGE}:
        return True
    leaves = schemas.branches(node)
    formats = {leaf.get("format") for leaf in leaves if "null" not in leaf.types or len(leaf.types) > 1}
    if wanted.get("format") == "date-time" and "date-time" not in formats:
        return False
    allowed = [value for leaf in leaves for value in leaf.get("enum") or ()]
    taken = wanted.get("enum")
    return not (taken and allowed) or any(value in allowed for value in taken)


def ordering(operation: Stated) -> Ordering | None:
    """The parameter that orders a list, with the fields of its enum."""
    parameter = operation.query("ordering")
    if parameter is None:
        return None
    items = parameter.schema.get("items")
    enum = parameter.schema.get("enum") or (items.get("enum") if isinstance(items, dict) else None) or ()
    fields = tuple(dict.fromkeys(str(value).removeprefix("-") for value in enum))
    return Ordering(parameter.name, fields, reversible=any(str(value).startswith("-") for value in enum))
