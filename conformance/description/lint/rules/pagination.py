"""Rules for pagination that cannot work as documented."""

import re
from collections.abc import Iterator

from conformance.description import pagination, pointers
from conformance.description.lint.context import LintContext
from conformance.description.lint.finding import LintRule, RuleViolation
from conformance.description.schemas import DocumentNode
from conformance.model import KeyKind, Level, Operation, Role, Scheme

_AFTER, _BEFORE = re.compile(r"\bafter\b", re.IGNORECASE), re.compile(r"\bbefore\b", re.IGNORECASE)


def _find_swapped_cursors(reading: LintContext) -> Iterator[RuleViolation]:
    for node in reading.list_objects("parameter"):
        words = {"page_after": (_AFTER, _BEFORE), "page_before": (_BEFORE, _AFTER)}.get(str(node.get("name")))
        text = str(node.get("description") or "")
        if words and words[1].search(text) and not words[0].search(text):
            at = pointers.join(node.pointer, "description")
            yield RuleViolation(at, f"the description of {node.get('name')} describes the other direction")


def _list_id_cursors(reading: LintContext) -> Iterator[tuple[Operation, str]]:
    """Yield lists whose cursor has the pattern of an id."""
    for operation in reading.model.operations:
        name = operation.pagination.after or operation.pagination.before if operation.pagination else ""
        parameter = operation.find_parameter(name) if name else None
        if parameter is not None and parameter.schema.get("pattern"):
            yield operation, name


def _find_timed_cursors(reading: LintContext) -> Iterator[RuleViolation]:
    for operation, name in _list_id_cursors(reading):
        if operation.pagination and operation.pagination.scheme is Scheme.TIMESTAMP:
            message = f"{operation.key}: {name} has the pattern of an id, and the list is paged by time"
            yield RuleViolation(
                pointers.join(operation.pointer, "parameters"), message, "format: date-time", "pattern of an id"
            )


def _find_cursors_without_id(reading: LintContext) -> Iterator[RuleViolation]:
    """Yield lists whose items have no id of the form that the cursor requires."""
    for operation, name in _list_id_cursors(reading):
        resource = reading.model.resources_by_name.get(operation.resource)
        is_timed = operation.pagination is not None and operation.pagination.scheme is Scheme.TIMESTAMP
        if is_timed or operation.role is not Role.LIST:
            continue
        if resource is None or resource.key_kind is not KeyKind.ID or not (resource.prefix and resource.key_field):
            message = f"{operation.key}: {name} takes an id, and the items have none of that form"
            yield RuleViolation(pointers.join(operation.pointer, "parameters"), message, kind=operation.key)


def _list_link_headers(reading: LintContext) -> Iterator[tuple[Operation, DocumentNode]]:
    """Yield successful GETs with a Link header, and the header as it stands in the response."""
    for stated in reading.operations:
        operation = reading.model.operations_by_key[stated.key]
        for status, _, response in reading.list_responses(stated):
            for name, value in (response.get("headers") or {}).items():
                if status == "200" and name.lower() == "link":
                    yield operation, DocumentNode(value, pointers.join(response.pointer, "headers", name))


def _find_unpaged_links(reading: LintContext) -> Iterator[RuleViolation]:
    for operation, header in _list_link_headers(reading):
        if operation.pagination is None and not any(
            parameter.name in pagination.PAGE_PARAMETERS for parameter in operation.parameters
        ):
            yield RuleViolation(header.pointer, f"{operation.key} has a Link header and no pagination parameters")


def _find_links_of_other_scheme(reading: LintContext) -> Iterator[RuleViolation]:
    for operation, header in _list_link_headers(reading):
        if operation.pagination is None:
            continue
        text = " ".join(_read_example_texts(reading, header))
        by_page, by_cursor = re.search(r"[?&]page=", text), re.search(r"page_(after|before)=", text)
        is_numbered = operation.pagination.scheme is Scheme.PAGE
        if (by_cursor and is_numbered and not by_page) or (by_page and not is_numbered and not by_cursor):
            parameters, link = ("page numbers", "cursors") if is_numbered else ("cursors", "page numbers")
            yield RuleViolation(
                header.pointer, f"{operation.key} takes {parameters}, its Link header shows {link}", parameters, link
            )


def _read_example_texts(reading: LintContext, header: DocumentNode) -> Iterator[str]:
    definition = reading.schemas.follow_references(header)
    schema = reading.schemas.get_child(definition, "schema")
    for value in (definition.get("example"), *(schema.examples if schema else ())):
        yield str(value or "")
    for example in (definition.get("examples") or {}).values():
        yield str(example.get("value") or "")


def _find_lists_without_size(reading: LintContext) -> Iterator[RuleViolation]:
    if not any(operation.pagination and operation.pagination.size for operation in reading.model.operations):
        return
    for operation in reading.model.operations:
        if operation.pagination is not None and not operation.pagination.size:
            yield RuleViolation(operation.pointer, f"{operation.key} is paged and takes no page_size")


RULES = (
    LintRule(
        "cursor-swapped",
        "",
        Level.SHOULD,
        "A cursor's description describes the other direction.",
        _find_swapped_cursors,
    ),
    LintRule(
        "cursor-timed",
        "",
        Level.SHOULD,
        "A cursor has the pattern of an id on a list paged by time.",
        _find_timed_cursors,
    ),
    LintRule(
        "cursor-without-id",
        "",
        Level.SHOULD,
        "A cursor has the pattern of an id that items have not.",
        _find_cursors_without_id,
    ),
    LintRule("link-unpaged", "", Level.MAY, "A Link header without parameters of paging.", _find_unpaged_links),
    LintRule(
        "link-other-scheme", "", Level.SHOULD, "A Link header shows another way of paging.", _find_links_of_other_scheme
    ),
    LintRule("page-size-missing", "", Level.MAY, "A paged list takes no page_size.", _find_lists_without_size),
)
