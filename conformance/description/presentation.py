"""The model of a description, for people (tables) and for machines (JSON)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

import msgspec
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from conformance.description.description import Description
from conformance.model import Expansion, Filter, Link, Operation, Pagination, Resource, ResourceModel, Role, Security

_HEADINGS = {
    "Operations": ("operation", "role", "effect", "resource"),
    "Resources": ("resource", "list", "item", "key", "ids"),
    "Links": ("resource", "property", "kind", "target", "marks"),
    "Expansions": ("operation", "expand", "target", "schema"),
    "Filters": ("operation", "parameter", "compares", "with"),
    "Pagination": ("operation", "scheme", "parameters", "sizes"),
    "Security": ("needs", "operations"),
    "Notes": ("what could not be derived, or was decided",),
}


class TableSection(NamedTuple):
    """A table: title, headings and rows of text."""

    title: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def format_json(description: Description) -> bytes:
    """Return the model with the source and digest of its description, as indented JSON in UTF-8."""
    data = {"source": description.source, "digest": description.digest, "model": description.model}
    return msgspec.json.format(msgspec.json.encode(data), indent=2) + b"\n"


def print_tables(description: Description, console: Console) -> None:
    """Print every section of the model as a table."""
    model = description.model
    console.print(f"{model.title} {model.version}", style="bold", highlight=False)
    console.print(f"{description.source}  sha256 {description.digest}", style="dim", highlight=False, soft_wrap=True)
    for section in build_sections(model):
        table = Table(title=f"{section.title} ({len(section.rows)})", title_justify="left", title_style="bold")
        for heading in section.headings:
            table.add_column(heading, overflow="fold")
        for row in section.rows:
            table.add_row(*(escape(cell) for cell in row))
        console.print(table)


def build_sections(model: ResourceModel) -> tuple[TableSection, ...]:
    """Return the tables: operations, resources, links, expansions, filters, pagination, security, notes."""
    rows: Mapping[str, Iterable[tuple[str, ...]]] = {
        "Operations": map(_operation_row, model.operations),
        "Resources": map(_resource_row, model.resources),
        "Links": ((resource.name, *_link_row(link)) for resource in model.resources for link in resource.links),
        "Expansions": (
            (operation.key, *_expansion_row(expansion))
            for operation in model.operations
            for expansion in operation.expansions
        ),
        "Filters": ((operation.key, *row) for operation in model.operations for row in _selection_rows(operation)),
        "Pagination": (
            (operation.key, *_pagination_cells(operation.pagination))
            for operation in model.operations
            if operation.role is Role.LIST
        ),
        "Security": _security_rows(model.operations),
        "Notes": ((note,) for note in model.notes),
    }
    return tuple(TableSection(title, headings, tuple(rows[title])) for title, headings in _HEADINGS.items())


def _resource_row(resource: Resource) -> tuple[str, ...]:
    key = f"{resource.key_field} ({resource.key_kind})"
    return resource.name, resource.list_path, resource.item_path, key, resource.id_pattern


def _operation_row(operation: Operation) -> tuple[str, ...]:
    wrapped = f" in {operation.items_at}" if operation.items_at else ""
    return operation.key, f"{operation.role}{wrapped}", str(operation.effect), operation.resource


def _link_row(link: Link) -> tuple[str, ...]:
    marks = [name for name in ("own", "many", "nullable", "expandable", "outside") if getattr(link, name)]
    return link.path, str(link.kind), ", ".join(link.targets) or "-", " ".join(marks)


def _expansion_row(expansion: Expansion) -> tuple[str, ...]:
    path = f"{expansion.within}.{expansion.path}" if expansion.within else expansion.path
    if not expansion.resolvable:
        return path, "leads to no object", ""
    return path, (expansion.target or "-") + (" (many)" if expansion.many else ""), expansion.schema


def _selection_rows(operation: Operation) -> Iterator[tuple[str, str, str]]:
    for query_filter in operation.filters:
        yield (
            query_filter.parameter + (" (required)" if query_filter.required else ""),
            *_comparison_cells(query_filter),
        )
    if operation.ordering:
        reverse = ", - reverses" if operation.ordering.reversible else ""
        yield operation.ordering.parameter, "orders", ", ".join(operation.ordering.fields) + reverse


def _comparison_cells(query_filter: Filter) -> tuple[str, str]:
    return str(
        query_filter.operator
    ), f"{query_filter.field or 'unknown'}{f' (id of {query_filter.by_id_of})' if query_filter.by_id_of else ''}"


def _pagination_cells(paging: Pagination | None) -> tuple[str, ...]:
    if paging is None:
        return "none", "", ""
    names = [name for name in (paging.after, paging.before, paging.page, paging.size) if name]
    sizes = f"{paging.default_size}, at most {paging.max_size}" if paging.size else "no size parameter"
    return str(paging.scheme), ", ".join(names), sizes


def _security_rows(operations: Sequence[Operation]) -> list[tuple[str, ...]]:
    """Return each way to be admitted, and the operations that require it."""
    operations_by_need: dict[str, list[str]] = {}
    for operation in operations:
        needs = " or ".join(_format_need(alternative) for alternative in operation.security) or "no token"
        operations_by_need.setdefault(needs, []).append(operation.key)
    return [(needs, "\n".join(keys)) for needs, keys in sorted(operations_by_need.items())]


def _format_need(alternative: Sequence[Security]) -> str:
    return (
        " and ".join(f"{security.scheme} {', '.join(security.scopes)}".strip() for security in alternative)
        or "no token"
    )
