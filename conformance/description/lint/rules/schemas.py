"""Rules for keywords of schemas that mean something else than they seem to, or nothing."""

from collections.abc import Iterator

from conformance.description import pointers
from conformance.description.lint.context import LintContext
from conformance.description.lint.finding import LintRule, RuleViolation
from conformance.model import Level

_ASSERTING = frozenset({"type", "anyOf", "oneOf", "allOf", "enum", "const", "format", "pattern", "properties", "items"})
# JSON Schema 2020-12, validation, 7.3; OpenAPI Format Registry (spec.openapis.org/registry/format).
_FORMATS = frozenset(
    {"date-time", "date", "time", "duration", "email", "idn-email", "hostname", "idn-hostname", "ipv4", "ipv6", "uri"}
    | {"uri-reference", "iri", "iri-reference", "uuid", "uri-template", "json-pointer", "relative-json-pointer"}
    | {"regex", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float", "double"}
    | {"double-int", "decimal", "decimal128", "password", "binary", "byte", "base64url", "char", "commonmark", "html"}
    | {"http-date", "media-range", "unixtime", "sf-binary", "sf-boolean", "sf-decimal", "sf-integer", "sf-string"}
    | {"sf-token"}
)


def _find_reference_siblings(reading: LintContext) -> Iterator[RuleViolation]:
    for node in reading.list_objects("schema"):
        siblings = sorted(_ASSERTING & node.value.keys())
        if "$ref" in node.value and siblings:
            yield RuleViolation(
                node.pointer,
                f"{', '.join(siblings)} beside $ref holds as well as what it refers to",
                kind=str(siblings),
            )


def _find_unknown_formats(reading: LintContext) -> Iterator[RuleViolation]:
    for node in reading.list_objects("schema"):
        name = node.get("format")
        if isinstance(name, str) and name not in _FORMATS:
            yield RuleViolation(
                pointers.join(node.pointer, "format"), f"no registry knows the format {name}", actual=name, kind=name
            )


def _find_whole_numbers(reading: LintContext) -> Iterator[RuleViolation]:
    """Yield headers and parameters of type number for which every value shown is whole."""
    for kind in ("header", "parameter"):
        for node in reading.list_objects(kind):
            schema = reading.schemas.get_child(node, "schema")
            if schema is not None and schema.types == {"number"} and schema.pointer.startswith(node.pointer):
                shown = [*schema.examples, node.get("example"), schema.get("default"), *(schema.get("enum") or ())]
                shown += [schema.get("minimum"), schema.get("maximum")]
                values = [value for value in shown if value is not None]
                if values and all(isinstance(value, int) for value in values):
                    pointer = pointers.join(schema.pointer, "type")
                    yield RuleViolation(
                        pointer, "every value shown is whole, and the type is number", "integer", "number"
                    )


RULES = (
    LintRule("ref-siblings", "", Level.MAY, "A keyword stands beside $ref.", _find_reference_siblings),
    LintRule("format-unknown", "", Level.MAY, "A format is registered nowhere.", _find_unknown_formats),
    LintRule("number-whole", "", Level.MAY, "A whole number has the type number.", _find_whole_numbers),
)
