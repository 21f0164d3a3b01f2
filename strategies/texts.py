"""Texts of parameters as they stand on the wire: scalar values, one plain valid value, a path filled with them."""

from typing import Any
from urllib.parse import quote

from conformance.description import Description
from conformance.model import Operation
from strategies.schemas import Schema, find_prefix, flatten_schema, list_types

SAMPLE_ULID = "01HN2NJ9NMRZBXT1H6FT9N7735"


def write_value(value: Any) -> str:
    """Return a scalar JSON value as a parameter spells it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def choose_text(schema: Schema) -> str:
    """Return a value that is valid by most schemas, always the same; whether it is, the caller finds out."""
    if "items" in schema:
        return choose_text(schema["items"])
    types = list_types(schema)
    if values := [value for value in (*schema.get("enum", ()), schema.get("default")) if value is not None]:
        return write_value(values[0])
    if {"boolean", "integer", "number"} & {*types}:
        return "true" if "boolean" in types else str(max(1, schema.get("minimum", 1)))
    if prefix := find_prefix(schema.get("pattern", "")):
        return prefix + SAMPLE_ULID
    if schema.get("format") == "date-time":
        return "2024-01-01T00:00:00Z"
    examples = [text for text in (schema.get("example"), *schema.get("examples", ())) if isinstance(text, str)]
    return examples[0] if examples else "A" * max(1, schema.get("minLength", 1))


def fill_path(description: Description, operation: Operation) -> str:
    """Return the path of an operation with a plain valid value for each parameter."""
    path = operation.path
    for parameter in operation.path_parameters:
        value = choose_text(flatten_schema(description, parameter.schema))
        path = path.replace(f"{{{parameter.name}}}", quote(value, safe=":"))
    return path
