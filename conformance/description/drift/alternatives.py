"""Schemas split into alternatives of one type each, so that two schemas can be compared."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from conformance.description import pointers

_BY_KEYWORD = {
    "properties": "object", "additionalProperties": "object", "required": "object", "items": "array",
    "prefixItems": "array", "pattern": "string", "minLength": "string", "maxLength": "string", "format": "string",
    "minimum": "number", "maximum": "number",
}  # fmt: skip
_NAMES = {
    str: "string",
    bool: "boolean",
    int: "integer",
    float: "number",
    type(None): "null",
    dict: "object",
    list: "array",
}
# Siblings of `$ref` that add to the referenced schema; `type` only repeats it.
_SIBLINGS = frozenset({"anyOf", "oneOf", "enum", "const", "format", "pattern", "default", "readOnly", "writeOnly"})
ANY = "any"


class SchemaAlternative(NamedTuple):
    """One alternative: its type, its keywords with `allOf` merged in, its place.

    `pointer` is that of the component behind it, empty if it is spelled out in place.
    """

    type: str
    schema: Mapping[str, Any]
    place: str
    pointer: str


def split_alternatives(
    document: Mapping[str, Any], schema: Any, place: str, seen: frozenset[str] = frozenset()
) -> list[SchemaAlternative]:
    """Return the alternatives of a schema: branches of `oneOf` and `anyOf`, members of `type`; follow references."""
    if not isinstance(schema, dict):
        return [] if schema is False else [SchemaAlternative(ANY, {}, place, "")]
    schema, pointer, alone = _follow_references(document, schema)
    if pointer in seen:
        return []
    if pointer:
        seen, place = seen | ({pointer} if alone else set()), pointer.rpartition("/")[2]
    merged = merge_all_of(document, schema)
    parts = merged.get("oneOf") or merged.get("anyOf")
    if parts:
        rest = {key: value for key, value in merged.items() if key not in {"oneOf", "anyOf"}}
        alternatives = [shape for part in parts for shape in split_alternatives(document, part, place, seen)]
        return [_add_siblings(shape, rest) for shape in alternatives]
    return [SchemaAlternative(name, _select_type(merged, name), place, pointer) for name in _find_types(merged)]


def _follow_references(document: Mapping[str, Any], schema: dict[str, Any]) -> tuple[dict[str, Any], str, bool]:
    """Return the schema behind a chain of references, its pointer, and whether no sibling adds to the reference."""
    pointer = ""
    beside: dict[str, Any] = {}
    seen: set[str] = set()
    while isinstance(schema.get("$ref"), str) and schema["$ref"] not in seen:
        seen.add(schema["$ref"])
        beside = {key: value for key, value in schema.items() if key in _SIBLINGS} | beside
        pointer = schema["$ref"]
        schema = pointers.resolve(document, pointer)
    return {**schema, **beside}, pointer, not beside


def merge_all_of(
    document: Mapping[str, Any], schema: Mapping[str, Any], seen: frozenset[str] = frozenset()
) -> Mapping[str, Any]:
    """Return the schema with the parts of its `allOf` merged in.

    `properties` and `required` add up; of any other keyword the first value counts.
    """
    merged = {key: value for key, value in schema.items() if key != "allOf"}
    for part in schema.get("allOf") or ():
        followed, pointer, _ = _follow_references(document, part) if isinstance(part, dict) else ({}, "", True)
        if pointer and pointer in seen:
            continue
        plain = merge_all_of(document, followed, seen | {pointer})
        properties = {**(plain.get("properties") or {}), **(merged.get("properties") or {})}
        required = [*(merged.get("required") or ()), *(plain.get("required") or ())]
        merged = {**plain, **merged}
        merged |= {"properties": properties} if properties else {}
        merged |= {"required": list(dict.fromkeys(required))} if required else {}
    return merged


def _add_siblings(shape: SchemaAlternative, rest: Mapping[str, Any]) -> SchemaAlternative:
    """Return an alternative with the keywords that stand beside `oneOf`; annotations are left out."""
    extra = {key: value for key, value in rest.items() if key in _BY_KEYWORD or key in {"readOnly", "writeOnly"}}
    return shape._replace(schema={**extra, **shape.schema}) if extra else shape


def _find_types(schema: Mapping[str, Any]) -> Sequence[str]:
    stated = schema.get("type")
    if stated:
        return [stated] if isinstance(stated, str) else list(stated)
    values = schema.get("enum") or ([schema["const"]] if "const" in schema else [])
    if values:
        return list(dict.fromkeys(_NAMES[type(value)] for value in values))
    return list(dict.fromkeys(_BY_KEYWORD[key] for key in schema if key in _BY_KEYWORD))[:1] or [ANY]


def _select_type(schema: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """Return the schema for one of its types: an enum keeps the values of that type."""
    if "enum" not in schema:
        return schema
    fitting = [
        value for value in schema["enum"] if _NAMES[type(value)] in {name, "integer" if name == "number" else name}
    ]
    return {**schema, "enum": fitting}


def pair_alternatives(
    olds: Sequence[SchemaAlternative], news: Sequence[SchemaAlternative]
) -> tuple[list[tuple[SchemaAlternative, SchemaAlternative]], list[SchemaAlternative], list[SchemaAlternative]]:
    """Return matching alternatives, most alike first, then the old and the new ones without a match."""
    matched: list[tuple[SchemaAlternative, SchemaAlternative]] = []
    unmatched_old, unmatched_new = list(olds), list(news)
    for is_alike in (_has_same_component, _has_same_form, _has_same_type):
        for old in list(unmatched_old):
            new = next((shape for shape in unmatched_new if is_alike(old, shape)), None)
            if new is not None:
                matched.append((old, new))
                unmatched_old.remove(old)
                unmatched_new.remove(new)
    return matched, unmatched_old, unmatched_new


def _has_same_component(old: SchemaAlternative, new: SchemaAlternative) -> bool:
    return bool(old.pointer) and (old.type, old.pointer) == (new.type, new.pointer)


def _has_same_form(old: SchemaAlternative, new: SchemaAlternative) -> bool:
    return old.type == new.type and _describe_form(old) == _describe_form(new)


def _describe_form(shape: SchemaAlternative) -> tuple[Any, ...]:
    items = shape.schema.get("items")
    inner = (items.get("$ref"), items.get("type"), items.get("format")) if isinstance(items, dict) else ()
    return bool(shape.pointer), shape.schema.get("format"), "enum" in shape.schema, inner


def _has_same_type(old: SchemaAlternative, new: SchemaAlternative) -> bool:
    return old.type == new.type
