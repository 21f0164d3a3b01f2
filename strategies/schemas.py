"""Schemas of a description, flattened so that values can be made from them."""

import re
from collections.abc import Mapping
from typing import Any

from conformance.description import Description

Schema = Mapping[str, Any]

_ID = re.compile(r"\^?(?P<prefix>[a-z]{4})\[[^\]]+\](\{26\}|\[[^\]]+\]\{25\})\$?")


def flatten_schema(description: Description, schema: Schema) -> dict[str, Any]:
    """Return a schema with its reference and the parts of its `allOf` merged into it; later parts win."""
    return _merge(description, schema, frozenset())


def list_types(schema: Schema) -> tuple[str, ...]:
    """Return the types that a flat schema allows; guessed from its keywords if it names none."""
    named = schema.get("type")
    if named is not None:
        return (named,) if isinstance(named, str) else tuple(named)
    if schema.get("properties"):
        return ("object",)
    return ("array",) if "items" in schema else ("string",)


def list_branches(description: Description, schema: Schema) -> list[dict[str, Any]]:
    """Return the flat forms that a flat schema offers by `oneOf` and `anyOf`; without them the schema alone."""
    base = {key: value for key, value in schema.items() if key not in {"oneOf", "anyOf"}}
    choices = [*schema.get("oneOf", ()), *schema.get("anyOf", ())]
    return [flatten_schema(description, {"allOf": [base, choice]}) for choice in choices] or [base]


def drop_expanded(description: Description, forms: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the forms without expanded objects, if a link is one of the forms."""
    has_link = any(form.get("format") == "uri" or form.get("items", {}).get("format") == "uri" for form in forms)
    return [form for form in forms if not (has_link and _has_object(description, form))]


def find_prefix(pattern: str) -> str:
    """Return the id prefix in a pattern, empty if it is not a pattern of ids."""
    match = _ID.fullmatch(pattern)
    return match["prefix"] if match else ""


def _merge(description: Description, schema: Schema, seen: frozenset[str]) -> dict[str, Any]:
    """Merge references and `allOf` recursively; a reference in `seen` is not followed again."""
    parts: list[Schema] = []
    reference = schema.get("$ref")
    if isinstance(reference, str) and reference not in seen:
        parts.append(_merge(description, description.resolve(reference), seen | {reference}))
    parts += [_merge(description, part, seen) for part in schema.get("allOf", ())]
    parts.append({key: value for key, value in schema.items() if key not in {"$ref", "allOf"}})
    merged: dict[str, Any] = {}
    for part in parts:
        properties = {**merged.get("properties", {}), **part.get("properties", {})}
        required = list(dict.fromkeys((*merged.get("required", ()), *part.get("required", ()))))
        merged = {**merged, **part, "properties": properties, "required": required}
    return merged


def _has_object(description: Description, schema: Schema) -> bool:
    """Return whether a form is an object or a list of objects."""
    return "object" in list_types(schema) or (
        "items" in schema and "object" in list_types(flatten_schema(description, schema["items"]))
    )
