"""Rules for ids (DSC-07 on patterns, DSC-10 on path parameters): anchored patterns, and one prefix a collection."""

from collections.abc import Iterator

from conformance.description import id_prefixes, pointers
from conformance.description.lint.context import LintContext
from conformance.description.lint.finding import LintRule, RuleViolation
from conformance.description.path_templates import is_parameter, split_path
from conformance.description.schemas import DocumentNode
from conformance.model import KeyKind, Level, Resource


def _is_id(node: DocumentNode) -> bool:
    return bool(id_prefixes.read_prefix_of_pattern(node.get("pattern"))) or "[a-z]{4}" in node.value["pattern"]


def _find_unanchored_patterns(reading: LintContext, *, of_ids: bool) -> Iterator[RuleViolation]:
    for node in reading.list_objects("schema"):
        pattern = node.get("pattern")
        if isinstance(pattern, str) and _is_id(node) is of_ids and not (pattern[:1] == "^" and pattern[-1:] == "$"):
            at = pointers.join(node.pointer, "pattern")
            message = f"the pattern {pattern} accepts any text that contains what fits it"
            yield RuleViolation(at, message, f"^{pattern.strip('^$')}$", pattern)


def _find_unanchored_ids(reading: LintContext) -> Iterator[RuleViolation]:
    return _find_unanchored_patterns(reading, of_ids=True)


def _find_other_unanchored_patterns(reading: LintContext) -> Iterator[RuleViolation]:
    return _find_unanchored_patterns(reading, of_ids=False)


def _find_disagreeing_ids(reading: LintContext) -> Iterator[RuleViolation]:
    """Yield path parameters that disagree with the ids of the collection from which they select a member.

    Only where the description documents ids with a prefix does a parameter without a pattern take too much.
    """
    if not any(resource.prefix for resource in reading.model.resources):
        return
    seen: set[str] = set()
    collections = {
        item_resource.item_path.rpartition("/")[0]: item_resource
        for item_resource in reading.model.resources
        if item_resource.item_path
    }
    collections |= {
        list_resource.list_path: list_resource for list_resource in reading.model.resources if list_resource.list_path
    }
    for operation in reading.operations:
        parts = split_path(operation.path)
        for index, part in enumerate(parts):
            resource = collections.get("/" + "/".join(parts[:index]))
            if resource is None or not is_parameter(part) or resource.key_kind is not KeyKind.ID:
                continue
            node = _find_path_parameter(reading, operation.path, operation.method, part[1:-1])
            if node is not None and node.pointer not in seen:
                seen.add(node.pointer)
                yield from _compare_ids(reading, node, part[1:-1], resource)


def _find_path_parameter(reading: LintContext, path: str, method: str, name: str) -> DocumentNode | None:
    """Return the path parameter of that name, under the pointer at which it is listed."""
    item = reading.schemas.follow_references(
        DocumentNode(reading.document["paths"][path], pointers.join("#/paths", path))
    )
    for holder in (reading.schemas.get_child(item, method.lower()), item):
        for index in range(len(holder.get("parameters") or ()) if holder else 0):
            node = reading.schemas.get_child(holder, "parameters", index) if holder else None
            if holder and node is not None and node.get("name") == name and node.get("in") == "path":
                return node
    return None


def _compare_ids(reading: LintContext, node: DocumentNode, name: str, resource: Resource) -> Iterator[RuleViolation]:
    schema = reading.schemas.get_child(node, "schema")
    pattern = schema.get("pattern") if schema else None
    expected = resource.id_pattern or f"{resource.prefix or 'an id of the collection'}…"
    prefix = id_prefixes.read_prefix_of_pattern(pattern)
    if not pattern and not (schema and schema.get("enum")):
        yield RuleViolation(
            node.pointer, f"{name} takes any text, where {resource.name} have ids", expected, "no pattern"
        )
    elif prefix and resource.prefix and prefix != resource.prefix:
        message = f"{name} has the prefix {prefix}, {resource.name} have {resource.prefix}"
        yield RuleViolation(node.pointer, message, resource.prefix, prefix)


RULES = (
    LintRule("id-unanchored", "DSC-07", Level.SHOULD, "The pattern of an id is not anchored.", _find_unanchored_ids),
    LintRule("pattern-unanchored", "", Level.MAY, "A pattern is not anchored.", _find_other_unanchored_patterns),
    LintRule(
        "path-id", "DSC-10", Level.SHOULD, "A path parameter and its collection disagree on ids.", _find_disagreeing_ids
    ),
)
