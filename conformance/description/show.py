"""What a description was read as, for people (tables) and for machines (JSON)."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import msgspec
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from conformance.description.description import Description
from conformance.model import Expansion, Filter, Link, Operation, Pagination, ResourceModel, Role, Security


class Section(NamedTuple):
    """A table: title, headings and rows of text."""

    title: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def as_json(description: Description) -> bytes:
    """The model with the source and digest of its description, as indented JSON in UTF-8."""
    data = {"source": description.source, "digest": description.digest, "model": description.model}
    return msgspec.json.format(msgspec.json.encode(data), indent=2) + b"\n"


def render(description: Description, console: Console) -> None:
    """Print every section of the model as a table."""
    model = description.model
    console.print(f"{model.title} {model.version}", style="bold", highlight=False)
    console.print(f"{description.source}  sha256 {description.digest}", style="dim", highlight=False, soft_wrap=True)
    for section in sections(model):
        table = Table(title=f"{section.title} ({len(section.rows)})", title_justify="left", title_style="bold")
        for heading in section.headings:
            table.add_column(heading, overflow="fold")
        for row in section.rows:
            table.add_row(*(escape(cell) for cell in row))
        console.print(table)


def sections(model: ResourceModel) -> tuple[Section, ...]:
    """The tables: operations, resources, links, expansions, filters, pagination, security, notes."""
    operations, resources = model.operations, model.resources
    return (
        Section("Operations", ("operation", "role", "effect", "resource"), _rows(map(_operation, operations))),
        Section(
            "Resources",
            ("resource", "list", "item", "key", "ids"),
            _rows(
                (each.name, each.list_path, each.item_path, f"{each.key_field} ({each.key_kind})", each.id_pattern)
                for each in resources
            ),
        ),
        Section(
            "Links",
            ("resource", "property", "kind", "target", "marks"),
            _rows((each.name, *_link(link)) for each in resources for link in each.links),
        ),
        Section(
            "Expansions",
            ("operation", "expand", "target", "schema"),
            _rows((each.key, *_expansion(expansion)) for each in operations for expansion in each.expansions),
        ),
        Section(
            "Filters",
            ("operation", "parameter", "compares", "with"),
            _rows((each.key, *row) for each in operations for row in _selections(each)),
        ),
        Section(
            "Pagination",
            ("operation", "scheme", "parameters", "sizes"),
            _rows((each.key, *_pagination(each.pagination)) for each in operations if each.role is Role.LIST),
        ),
        Section(
            "Security",
            ("needs", "operations"),
            _rows(_security(operations)),
        ),
        Section("Notes", ("what could not be derived, or was decided",), _rows((note,) for note in model.notes)),
    )


def _rows(rows: Iterable[tuple[str, ...]]) -> tuple[tuple[str, ...], ...]:
    return tuple(rows)


def _operation(operation: Operation) -> tuple[str, ...]:
    wrapped = f" in {operation.items_at}" if operation.items_at else ""
    return operation.key, f"{operation.role}{wrapped}", str(operation.effect), operation.resource


def _link(link: Link) -> tuple[str, ...]:
    marks = [name for name in ("own", "many", "nullable", "expandable", "outside") if getattr(link, name)]
    return link.path, str(link.kind), ", ".join(link.targets) or "-", " ".join(marks)


def _expansion(expansion: Expansion) -> tuple[str, ...]:
    path = f"{expansion.within}.{expansion.path}" if expansion.within else expansion.path
    if not expansion.resolvable:
        return path, "leads to no object", ""
    return path, (expansion.target or "-") + (" (many)" if expansion.many else ""), expansion.schema


def _selections(operation: Operation) -> Iterator[tuple[str, str, str]]:
    for each in operation.filters:
        yield each.parameter + (" (required)" if each.required else ""), *_compares(each)
    if operation.ordering:
        reverse = ", - reverses" if operation.ordering.reversible else ""
        yield operation.ordering.parameter, "orders", ", ".join(operation.ordering.fields) + reverse


def _compares(each: Filter) -> tuple[str, str]:
    return str(each.operator), f"{each.field or 'not told'}{f' (id of {each.by_id_of})' if each.by_id_of else ''}"


def _pagination(paging: Pagination | None) -> tuple[str, ...]:
    if paging is None:
        return "none", "", ""
    names = [name for name in (paging.after, paging.before, paging.page, paging.size) if name]
    sizes = f"{paging.default_size}, at most {paging.max_size}" if paging.size else "no size parameter"
    return str(paging.scheme), ", ".join(names), sizes


def _security(operations: Sequence[Operation]) -> list[tuple[str, ...]]:
    """Each way to be allowed in, and the operations that ask for it."""
    found: dict[str, list[str]] = {}
    for each in operations:
        needs = " or ".join(_need(alternative) for alternative in each.security) or "no token"
        found.setdefault(needs, []).append(each.key)
    return [(needs, "\n".join(keys)) for needs, keys in sorted(found.items())]


def _need(alternative: Sequence[Security]) -> str:
    return " and ".join(f"{each.scheme} {', '.join(each.scopes)}".strip() for each in alternative) or "no token"
