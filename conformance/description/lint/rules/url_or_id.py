"""Rule for values that are a URL by their schema and an id by their text, or the other way round."""

import re
from collections.abc import Iterator

from conformance.description import prose
from conformance.description.lint.context import LintContext
from conformance.description.lint.finding import LintRule, RuleViolation
from conformance.description.schemas import DocumentNode
from conformance.model import Level

_URL_FORMATS = frozenset({"uri", "uri-reference", "url", "iri"})
_ID_FORMATS = frozenset({"uuid", "ulid"})
_URL = "https://api.example.com/v1/things/1"


def _find_urls_or_ids(reading: LintContext) -> Iterator[RuleViolation]:
    for node in reading.list_objects("parameter"):
        schema = reading.schemas.get_child(node, "schema")
        if schema is not None and "$ref" not in node.value:
            text = f"{node.get('description') or ''}\n\n{schema.get('description') or ''}".strip()
            yield from _compare(reading, node, schema, text)
    for node in reading.list_objects("schema"):
        if node.pointer.rpartition("/")[0].endswith("/properties"):
            yield from _compare(reading, node, node, str(node.get("description") or ""))


def _compare(reading: LintContext, node: DocumentNode, schema: DocumentNode, text: str) -> Iterator[RuleViolation]:
    value = reading.schemas.get_items(schema) or schema
    name = str(node.get("name") or node.pointer.rpartition("/")[2])
    if value.get("format") in _URL_FORMATS and prose.is_id_stated(text):
        yield RuleViolation(node.pointer, f"{name} is a URL by its format and an id by its text", "one of them")
    elif _is_id(value) and prose.is_url_stated(text):
        yield RuleViolation(node.pointer, f"{name} is an id by its schema and a URL by its text", "one of them")


def _is_id(schema: DocumentNode) -> bool:
    """Return whether a schema admits no URL and looks like an id: a format of ids, or an anchored pattern."""
    pattern = str(schema.get("pattern") or "")
    if schema.get("format") in _ID_FORMATS or schema.types == {"integer"}:
        return True
    try:
        return bool(pattern) and pattern[:1] == "^" and not re.search(pattern, _URL) and "/" not in pattern
    except re.error:  # ECMA-262 and Python differ; what cannot be read is not judged
        return False


RULES = (
    LintRule("url-or-id", "", Level.SHOULD, "A value is a URL by its schema and an id by its text.", _find_urls_or_ids),
)
