"""Rule for lists in words: a text speaks of a list, and the schema is one object."""

import re
from collections.abc import Iterator

from conformance.description import prose
from conformance.description.lint.context import LintContext
from conformance.description.lint.finding import LintRule, RuleViolation
from conformance.description.operations import StatedOperation
from conformance.description.schemas import DocumentNode
from conformance.model import Level

_LINKS = re.compile(r"\b(?:links?|urls?|uris?)\b", re.IGNORECASE)
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_LISTING = re.compile(r"^(?:list|returns?\s+all)\s+(?:of\s+|all\s+|the\s+)*([\w ]+)", re.IGNORECASE)
_WRAPPERS = frozenset({"items", "data", "results", "values", "entries", "members", "records", "content", "list"})
_SCALARS = frozenset({"string", "number", "integer", "boolean"})


def _find_lists_in_text(reading: LintContext) -> Iterator[RuleViolation]:
    for node in reading.list_objects("schema"):
        text = str(node.get("description") or "")
        if not prose.is_list_stated(text) or _LINKS.search(prose.find_listed_noun(text)):
            continue
        is_property = node.pointer.rpartition("/")[0].endswith(("/properties", "/schemas"))
        noun = prose.find_listed_noun(text)
        is_single = _is_one_object(reading, node, noun) or (_is_one_scalar(node) and "array" in text.lower())
        if is_property and is_single:
            message = "the text speaks of a list, and the schema is one " + _name_type(reading, node)
            yield RuleViolation(node.pointer, message, "type: array", _name_type(reading, node))


def _is_one_object(reading: LintContext, node: DocumentNode, noun: str) -> bool:
    """Return whether a schema admits one object alone: no array, no map, and no wrapper of the list of `noun`."""
    leaves = reading.schemas.list_alternatives(node)
    kinds = {kind for leaf in leaves for kind in leaf.types or ({"object"} if leaf.get("properties") else {"any"})}
    if not kinds or not kinds <= {"object", "null"}:
        return False
    properties = reading.schemas.list_properties(node)
    is_map = not properties or any(isinstance(leaf.get("additionalProperties"), dict) for leaf in leaves)
    return not is_map and not any(_is_list_of(reading, name, field, noun) for name, field in properties.items())


def _is_list_of(reading: LintContext, name: str, node: DocumentNode, noun: str) -> bool:
    """Return whether a property is an array of what a text says, of anything where it does not say of what."""
    for leaf in reading.schemas.list_alternatives(node):
        items = reading.schemas.get_items(leaf)
        if "array" in leaf.types:
            component = items.pointer.rpartition("/")[2] if items else ""
            names = _split_words(name) | _split_words(component)
            return not noun or name in _WRAPPERS or bool(_split_words(noun) & names)
    return False


def _is_one_scalar(node: DocumentNode) -> bool:
    return bool(node.types) and node.types <= _SCALARS | {"null"} and node.get("format") not in {"uri", "uri-reference"}


def _name_type(reading: LintContext, node: DocumentNode) -> str:
    types = reading.schemas.follow_references(node).types
    return " or ".join(sorted(types - {"null"})) or "object"


def _find_listing_responses(reading: LintContext) -> Iterator[RuleViolation]:
    """Yield successful responses that say a list of what their schema is one of."""
    for operation in reading.operations:
        schema = operation.response_schema
        if schema is None:
            continue
        names = _list_names(reading, operation, schema)
        summary = _LISTING.search(str(operation.node.get("summary") or ""))
        is_listing = operation.method == "GET" and summary is not None and _split_words(summary[1]) in names
        if is_listing and summary and _is_one_object(reading, schema, summary[1]):
            message = f"{operation.key}: the summary speaks of a list, and the schema of the response is one object"
            yield RuleViolation(operation.node.pointer, message, "type: array", "object")
        for status, _, response in reading.list_responses(operation):
            noun = prose.find_listed_noun(str(response.get("description") or ""))
            is_named = any(name <= _split_words(noun) for name in names)
            if status[:1] == "2" and noun and is_named and _is_one_object(reading, schema, noun):
                message = f"{operation.key}: {status} speaks of a list of {noun}, and its schema is one object"
                yield RuleViolation(response.pointer, message, "type: array", "object")


def _list_names(reading: LintContext, operation: StatedOperation, schema: DocumentNode) -> list[frozenset[str]]:
    """Return what one object of a response is called, each name as its words in the singular."""
    component = schema.pointer.rpartition("/")[2] if schema.pointer.startswith("#/components/") else ""
    resource = reading.model.operations_by_key[operation.key].resource.rpartition(".")[2]
    return [name for name in map(_split_words, (component, str(schema.get("title") or ""), resource)) if name]


def _split_words(text: str) -> frozenset[str]:
    """Return the words of a name in lower case and in the singular."""
    return frozenset(re.sub(r"ies$", "y", word.lower()).removesuffix("s") for word in _WORDS.findall(text))


RULES = (
    LintRule(
        "list-in-text", "", Level.SHOULD, "A text speaks of a list, the schema is one object.", _find_lists_in_text
    ),
    LintRule(
        "list-in-response-text",
        "",
        Level.SHOULD,
        "A response speaks of a list, its schema is one object.",
        _find_listing_responses,
    ),
)
