"""Schemas of a description, flattened so that values can be made along them."""

import re
from collections.abc import Mapping
from typing import Any

from conformance.description import Description

Schema = Mapping[str, Any]

_ID = re.compile(r"\^?(?P<prefix>[a-z]{4})\[[^\]]+\](\{26\}|\[[^\]]+\]\{25\})\$?")


def flat(description: Description, schema: Schema) -> dict[str, Any]:
    """A schema with what it refers to and the parts of its `allOf` written into it; later parts win."""
    return _merged(description, schema, frozenset())


def types(schema: Schema) -> tuple[str, ...]:
    """The types that a flat schema allows; guessed from its keywords where it names none."""
    named = schema.get("type")
    if named is not None:
        return (named,) if isinstance(named, str) else tuple(named)
    if schema.get("properties"):
        return ("object",)
    return ("array",) if "items" in schema else ("string",)


def branches(description: Description, schema: Schema) -> list[dict[str, Any]]:
    """The forms that a flat schema lets its instances choose from, flat themselves; the schema alone without choice."""
    base = {key: value for key, value in schema.items() if key not in {"oneOf", "anyOf"}}
    choices = [*schema.get("oneOf", ()), *schema.get("anyOf", ())]
    return [flat(description, {"allOf": [base, each]}) for each in choices] or [base]


def unexpanded(description: Description, forms: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The forms without the objects that stand for an expanded link, where the link itself is one of them."""
    links = any(form.get("format") == "uri" or form.get("items", {}).get("format") == "uri" for form in forms)
    return [form for form in forms if not (links and _nests(description, form))]


def prefix_of(pattern: str) -> str:
    """The prefix in a pattern of ids, empty where the pattern is none."""
    found = _ID.fullmatch(pattern)
    return found["prefix"] if found else ""


def _merged(description: Description, schema: Schema, seen: frozenset[str]) -> dict[str, Any]:
    parts: list[Schema] = []
    reference = schema.get("$ref")
    if isinstance(reference, str) and reference not in seen:
        parts.append(_merged(description, description.resolve(reference), seen | {reference}))
    parts += [_merged(description, each, seen) for each in schema.get("allOf", ())]
    parts.append({key: value for key, value in schema.items() if key not in {"$ref", "allOf"}})
    merged: dict[str, Any] = {}
    for part in parts:
        properties = {**merged.get("properties", {}), **part.get("properties", {})}
        required = list(dict.fromkeys((*merged.get("required", ()), *part.get("required", ()))))
        merged = {**merged, **part, "properties": properties, "required": required}
    return merged


def _nests(description: Description, schema: Schema) -> bool:
    """Whether a form holds an object, or a list of them."""
    return "object" in types(schema) or ("items" in schema and "object" in types(flat(description, schema["items"])))
