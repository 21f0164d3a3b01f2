"""Schemas taken apart into alternatives of one type each, so that two of them can be laid side by side."""

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
# What is worth laying over a referenced schema; `type` beside `$ref` repeats it.
_TELLING = frozenset({"anyOf", "oneOf", "enum", "const", "format", "pattern", "default", "readOnly", "writeOnly"})
ANY = "any"


class Shape(NamedTuple):
    """One alternative: its type, its keywords with `allOf` merged in, where it stands.

    `pointer` is that of the component behind it, empty where it is spelled out in place.
    """

    type: str
    schema: Mapping[str, Any]
    place: str
    pointer: str


def shapes(document: Mapping[str, Any], schema: Any, place: str, seen: frozenset[str] = frozenset()) -> list[Shape]:
    """The alternatives of a schema: branches of `oneOf` and `anyOf` and members of `type`, references followed."""
    if not isinstance(schema, dict):
        return [] if schema is False else [Shape(ANY, {}, place, "")]
    schema, pointer, alone = _followed(document, schema)
    if pointer in seen:
        return []
    if pointer:
        seen, place = seen | ({pointer} if alone else set()), pointer.rpartition("/")[2]
    merged = flattened(document, schema)
    parts = merged.get("oneOf") or merged.get("anyOf")
    if parts:
        rest = {key: value for key, value in merged.items() if key not in {"oneOf", "anyOf"}}
        found = [each for part in parts for each in shapes(document, part, place, seen)]
        return [_with(each, rest) for each in found]
    return [Shape(name, _of_type(merged, name), place, pointer) for name in _types(merged)]


def _followed(document: Mapping[str, Any], schema: dict[str, Any]) -> tuple[dict[str, Any], str, bool]:
    """The schema behind a chain of references, its pointer, and whether nothing beside the reference adds to it."""
    pointer = ""
    beside: dict[str, Any] = {}
    seen: set[str] = set()
    while isinstance(schema.get("$ref"), str) and schema["$ref"] not in seen:
        seen.add(schema["$ref"])
        beside = {key: value for key, value in schema.items() if key in _TELLING} | beside
        pointer = schema["$ref"]
        schema = pointers.resolve(document, pointer)
    return {**schema, **beside}, pointer, not beside


def flattened(
    document: Mapping[str, Any], schema: Mapping[str, Any], seen: frozenset[str] = frozenset()
) -> Mapping[str, Any]:
    """The schema with the parts of its `allOf` merged in: properties and required add up, else the first one counts."""
    merged = {key: value for key, value in schema.items() if key != "allOf"}
    for part in schema.get("allOf") or ():
        followed, pointer, _ = _followed(document, part) if isinstance(part, dict) else ({}, "", True)
        if pointer and pointer in seen:
            continue
        plain = flattened(document, followed, seen | {pointer})
        properties = {**(plain.get("properties") or {}), **(merged.get("properties") or {})}
        required = [*(merged.get("required") or ()), *(plain.get("required") or ())]
        merged = {**plain, **merged}
        merged |= {"properties": properties} if properties else {}
        merged |= {"required": list(dict.fromkeys(required))} if required else {}
    return merged


def _with(shape: Shape, rest: Mapping[str, Any]) -> Shape:
    """An alternative with what stands beside `oneOf`; annotations do not make it another one."""
    extra = {key: value for key, value in rest.items() if key in _BY_KEYWORD or key in {"readOnly", "writeOnly"}}
    return shape._replace(schema={**extra, **shape.schema}) if extra else shape


def _types(schema: Mapping[str, Any]) -> Sequence[str]:
    named = schema.get("type")
    if named:
        return [named] if isinstance(named, str) else list(named)
    values = schema.get("enum") or ([schema["const"]] if "const" in schema else [])
    if values:
        return list(dict.fromkeys(_NAMES[type(each)] for each in values))
    return list(dict.fromkeys(_BY_KEYWORD[key] for key in schema if key in _BY_KEYWORD))[:1] or [ANY]


def _of_type(schema: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """The schema for one of its types: an enum keeps the values of that type."""
    if "enum" not in schema:
        return schema
    fitting = [each for each in schema["enum"] if _NAMES[type(each)] in {name, "integer" if name == "number" else name}]
    return {**schema, "enum": fitting}


def pairs(olds: Sequence[Shape], news: Sequence[Shape]) -> tuple[list[tuple[Shape, Shape]], list[Shape], list[Shape]]:
    """Alternatives that belong together, then old ones and new ones that are left: likest first."""
    matched: list[tuple[Shape, Shape]] = []
    old_left, new_left = list(olds), list(news)
    for likeness in (_same_component, _same_form, _same_type):
        for old in list(old_left):
            new = next((each for each in new_left if likeness(old, each)), None)
            if new is not None:
                matched.append((old, new))
                old_left.remove(old)
                new_left.remove(new)
    return matched, old_left, new_left


def _same_component(one: Shape, other: Shape) -> bool:
    return bool(one.pointer) and (one.type, one.pointer) == (other.type, other.pointer)


def _same_form(one: Shape, other: Shape) -> bool:
    return one.type == other.type and _form(one) == _form(other)


def _form(shape: Shape) -> tuple[Any, ...]:
    items = shape.schema.get("items")
    inner = (items.get("$ref"), items.get("type"), items.get("format")) if isinstance(items, dict) else ()
    return bool(shape.pointer), shape.schema.get("format"), "enum" in shape.schema, inner


def _same_type(one: Shape, other: Shape) -> bool:
    return one.type == other.type
