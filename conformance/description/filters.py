"""Query parameters that select items by a field, and the one that orders them."""

from collections.abc import Iterable, Mapping
from typing import Any

from conformance.description import pagination, path_templates, prose
from conformance.description.links import read_property_forms
from conformance.description.operations import StatedOperation
from conformance.description.schemas import DocumentNode, Schemas
from conformance.model import Filter, Link, Location, Operator, Ordering, Parameter, Role, StatedOrder

_OPERATORS = frozenset(operator.value for operator in Operator)
_NO_FILTERS = pagination.PAGE_PARAMETERS | {"expand", "ordering"}


def split_parameter_name(name: str) -> tuple[str, Operator]:
    """Split a parameter's name into field and operator: `created_at__gte` is `created_at` and GTE."""
    base, mark, suffix = name.rpartition("__")
    if mark and suffix in _OPERATORS:
        return base, Operator(suffix)
    return name, Operator.EQ


def derive_filters(
    schemas: Schemas, operation: StatedOperation, role: Role, item: DocumentNode, links: Iterable[Link]
) -> tuple[tuple[Filter, ...], tuple[str, ...]]:
    """Return the filters of a read, and notes on those whose field has other values than the parameter takes.

    In a list every query parameter is a filter, except those of paging, `expand` and `ordering`; in a singleton only
    one that names an operator is.
    """
    query_filters, notes = [], []
    for parameter in operation.parameters:
        _, operator = split_parameter_name(parameter.name)
        if parameter.location is not Location.QUERY or parameter.name in _NO_FILTERS:
            continue
        if role is Role.LIST or (role is Role.SINGLETON and operator is not Operator.EQ):
            field, target, note = _find_field(schemas, parameter, item, links)
            notes += [f"{operation.key}: {note}"] * bool(note)
            query_filters.append(Filter(parameter.name, operator, field, target, parameter.required))
    return tuple(query_filters), tuple(notes)


def _find_field(
    schemas: Schemas, parameter: Parameter, item: DocumentNode, links: Iterable[Link]
) -> tuple[str, str, str]:
    """Return the field that a filter compares, the resource whose id it takes, and a note; each may be empty."""
    base, operator = split_parameter_name(parameter.name)
    by_path = {link.path: link for link in links}
    link = _find_link(base, by_path)
    if link and (link.path != base or parameter.schema.get("format") != "uri"):
        by_id = link.targets[0] if link.targets and operator is not Operator.ISNULL else ""
        return link.path, by_id, ""
    places = _find_properties(schemas, item, base)
    if len(places) != 1:
        return "", "", ""
    field, node = places[0]
    if not _is_comparable(schemas, parameter.schema, node, operator):
        return "", "", f"{parameter.name} takes values that {field} cannot have"
    return field, "", ""


def _find_link(base: str, by_path: Mapping[str, Link]) -> Link | None:
    """Return the link that a parameter names: itself, without `_id`, or in the plural (a member of `region_groups`)."""
    stem = base.removesuffix("_id")
    names = [base] if stem == base else [base, stem, path_templates.pluralize(stem)]
    return next((by_path[name] for name in names if name in by_path and by_path[name].targets), None)


def _find_properties(schemas: Schemas, item: DocumentNode, name: str) -> list[tuple[str, DocumentNode]]:
    """Return the properties of that name with their paths: at the top, else one level down."""
    members = schemas.list_properties(item)
    if name in members:
        return [(name, members[name])]
    places = {}
    for key, member in members.items():
        forms = read_property_forms(schemas, member, key)
        for object_schema in forms.objects if not forms.urls else ():
            properties = schemas.list_properties(object_schema)
            if name in properties:
                places[f"{key}{'[]' * forms.array}.{name}"] = properties[name]
    return list(places.items())


def _is_comparable(schemas: Schemas, schema: Mapping[str, Any], node: DocumentNode, operator: Operator) -> bool:
    """Return whether a parameter can take the values of a field: formats agree, enums share a value."""
    if operator in {Operator.ISNULL, Operator.IN, Operator.RANGE}:
        return True
    leaves = schemas.list_alternatives(node)
    formats = {leaf.get("format") for leaf in leaves if "null" not in leaf.types or len(leaf.types) > 1}
    if schema.get("format") == "date-time" and "date-time" not in formats:
        return False
    allowed = [value for leaf in leaves for value in leaf.get("enum") or ()]
    accepted = schema.get("enum")
    return not (accepted and allowed) or any(value in allowed for value in accepted)


def derive_ordering(operation: StatedOperation) -> Ordering | None:
    """Return the parameter that orders a list, with the fields of its enum, or None."""
    parameter = operation.find_query_parameter("ordering")
    if parameter is None:
        return None
    items = parameter.schema.get("items")
    enum = parameter.schema.get("enum") or (items.get("enum") if isinstance(items, dict) else None) or ()
    fields = tuple(dict.fromkeys(str(value).removeprefix("-") for value in enum))
    return Ordering(parameter.name, fields, reversible=any(str(value).startswith("-") for value in enum))


def derive_stated_order(schemas: Schemas, operation: StatedOperation, role: Role) -> StatedOrder | None:
    """Return the order that the texts of a GET and of its 200 response state, or None.

    What is no list itself may have lists of several kinds: there the text must name by what they are ordered.
    """
    success = schemas.get_child(operation.node, "responses", "200")
    texts = [node.get("description") for node in (operation.node, success) if node is not None]
    orders = [order for text in texts if text and (order := prose.find_order(str(text)))]
    is_read = operation.method == "GET"
    return next((order for order in orders if role is Role.LIST or (is_read and order.field)), None)
