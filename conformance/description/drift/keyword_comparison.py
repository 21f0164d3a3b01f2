"""The comparison of single keywords of two schemas. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from conformance.description.drift.alternatives import ANY, SchemaAlternative
from conformance.description.drift.change import Direction, ValidityEffect
from conformance.description.drift.schema_difference import SchemaDifference

_LOWER = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties", "minContains")
_UPPER = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties", "maxContains")
_OPAQUE = (
    "not",
    "if",
    "then",
    "else",
    "contains",
    "propertyNames",
    "patternProperties",
    "dependentSchemas",
    "dependentRequired",
    "prefixItems",
    "unevaluatedProperties",
    "unevaluatedItems",
    "discriminator",
)


def compare_types(
    place: str,
    matched: list[tuple[SchemaAlternative, SchemaAlternative]],
    gone: list[SchemaAlternative],
    added: list[SchemaAlternative],
) -> Iterator[SchemaDifference]:
    """Yield differences of alternatives without a counterpart.

    Numbers that became integers, and integers that became numbers, are moved to `matched`.
    """
    if any(shape.type == ANY for shape in gone) and added:
        yield _build_type_change(ValidityEffect.NARROWS, place, ANY, _name_shapes(added))
        return
    if any(shape.type == ANY for shape in added) and gone:
        yield _build_type_change(ValidityEffect.WIDENS, place, _name_shapes(gone), ANY)
        return
    yield from _pair_numbers(place, matched, gone, added)
    for shape in [shape for shape in (*gone, *added) if shape.type == "null"]:
        was_there = shape in gone
        (gone if was_there else added).remove(shape)
        effect = ValidityEffect.NARROWS if was_there else ValidityEffect.WIDENS
        yield SchemaDifference("null", effect, place, f"null is {'no longer allowed' if was_there else 'allowed now'}")
    if gone and added and not matched:
        yield _build_type_change(ValidityEffect.REPLACES, place, _name_shapes(gone), _name_shapes(added))
        return
    if gone:
        yield SchemaDifference(
            "alternative",
            ValidityEffect.NARROWS,
            place,
            f"may no longer be {_name_shapes(gone)}",
            old=_name_shapes(gone),
        )
    if added:
        yield SchemaDifference(
            "alternative", ValidityEffect.WIDENS, place, f"may also be {_name_shapes(added)}", new=_name_shapes(added)
        )


def _pair_numbers(
    place: str,
    matched: list[tuple[SchemaAlternative, SchemaAlternative]],
    gone: list[SchemaAlternative],
    added: list[SchemaAlternative],
) -> Iterator[SchemaDifference]:
    for old in list(gone):
        new = next((shape for shape in added if {old.type, shape.type} == {"integer", "number"}), None)
        if new is not None:
            gone.remove(old)
            added.remove(new)
            matched.append((old, new))
            effect = ValidityEffect.WIDENS if new.type == "number" else ValidityEffect.NARROWS
            yield _build_type_change(effect, place, old.type, new.type)


def _build_type_change(effect: ValidityEffect, place: str, old: str, new: str) -> SchemaDifference:
    return SchemaDifference("type", effect, place, f"the type was {old} and is {new}", old, new)


def _name_shapes(shapes: list[SchemaAlternative]) -> str:
    names = [shape.pointer.rpartition("/")[2] or shape.schema.get("format") or shape.type for shape in shapes]
    return " or ".join(dict.fromkeys(names))


def compare_values(old: Mapping[str, Any], new: Mapping[str, Any], place: str) -> Iterator[SchemaDifference]:
    """Yield the differences of `enum` and `const`."""
    before, after = (
        schema["enum"] if "enum" in schema else [schema["const"]] if "const" in schema else None
        for schema in (old, new)
    )
    if before is None and after is not None:
        yield SchemaDifference("enum", ValidityEffect.NARROWS, place, "only listed values are allowed now", new=after)
    elif before is not None and after is None:
        yield SchemaDifference(
            "enum", ValidityEffect.WIDENS, place, "other than listed values are allowed now", old=before
        )
    elif before is not None and after is not None:
        removed = [value for value in before if value not in after]
        added = [value for value in after if value not in before]
        if removed:
            yield SchemaDifference(
                "enum", ValidityEffect.NARROWS, place, f"no longer a value: {_format_values(removed)}", old=removed
            )
        if added:
            yield SchemaDifference(
                "enum", ValidityEffect.WIDENS, place, f"a value now: {_format_values(added)}", new=added
            )


def _format_values(values: list[Any]) -> str:
    return ", ".join(value if isinstance(value, str) else msgspec.json.encode(value).decode() for value in values)


def compare_limits(old: Mapping[str, Any], new: Mapping[str, Any], place: str) -> Iterator[SchemaDifference]:
    """Compare keywords whose absence means no limit; `uniqueItems: false` means none either."""
    for keyword in (*_LOWER, *_UPPER, "multipleOf", "uniqueItems", "format", "pattern"):
        before, after = (None if value is False else value for value in (old.get(keyword), new.get(keyword)))
        if before != after:
            shown = ["free" if value is None else value for value in (before, after)]
            message = f"{keyword} was {shown[0]} and is {shown[1]}"
            yield SchemaDifference(keyword, _find_limit_effect(keyword, before, after), place, message, before, after)


def _find_limit_effect(keyword: str, before: Any, after: Any) -> ValidityEffect:
    if before is None:
        return ValidityEffect.NARROWS
    if after is None:
        return ValidityEffect.WIDENS
    if keyword == "format":
        return ValidityEffect.REPLACES
    if keyword == "pattern":
        return _find_pattern_effect(before, after)
    if keyword == "multipleOf":
        return (
            ValidityEffect.NARROWS
            if after % before == 0
            else ValidityEffect.WIDENS
            if before % after == 0
            else ValidityEffect.REPLACES
        )
    return ValidityEffect.NARROWS if (after > before) is (keyword in _LOWER) else ValidityEffect.WIDENS


def _find_pattern_effect(before: str, after: str) -> ValidityEffect:
    """Return the effect of a changed pattern; it is clear only if anchors or the spelling of digits changed."""
    old_pattern, new_pattern = (
        str(pattern).replace(r"\d", "0-9").replace("[0-9]", "0-9") for pattern in (before, after)
    )
    if old_pattern == new_pattern:
        return ValidityEffect.NONE
    if old_pattern.strip("^$") == new_pattern.strip("^$"):
        return ValidityEffect.NARROWS if len(new_pattern) > len(old_pattern) else ValidityEffect.WIDENS
    return ValidityEffect.UNCLEAR


def compare_opaque_keywords(old: Mapping[str, Any], new: Mapping[str, Any], place: str) -> Iterator[SchemaDifference]:
    """Yield the differences of keywords whose effect is not analysed."""
    for keyword in _OPAQUE:
        if old.get(keyword) != new.get(keyword):
            yield SchemaDifference(
                keyword, ValidityEffect.UNCLEAR, place, f"`{keyword}` changed", old.get(keyword), new.get(keyword)
            )


def compare_defaults(old: Mapping[str, Any], new: Mapping[str, Any], place: str) -> Iterator[SchemaDifference]:
    """Yield the difference of `default`."""
    before, after = old.get("default"), new.get("default")
    if before != after:
        rules = ((Direction.REQUEST, "request-default-changed"), (Direction.RESPONSE, "response-default-changed"))
        yield SchemaDifference("default", ValidityEffect.NONE, place, "", before, after, rules)


def build_property_change(event: str, place: str, hidden: frozenset[Direction], *, closed: bool) -> SchemaDifference:
    """Build the difference of an added or removed property; closed objects change the set of valid messages."""
    if closed:
        effect = ValidityEffect.NARROWS if event == "removed" else ValidityEffect.WIDENS
        return SchemaDifference(
            "property", effect, place, f"the property was {event}, and other properties are not allowed", hidden=hidden
        )
    rules = tuple((direction, f"{direction}-property-{event}") for direction in Direction)
    return SchemaDifference("property", ValidityEffect.NONE, place, "", fixed=rules, hidden=hidden)


def compare_required(old: Mapping[str, Any], new: Mapping[str, Any], place: str) -> Iterator[SchemaDifference]:
    """Yield the differences of `required`."""
    before, after = set(old.get("required") or ()), set(new.get("required") or ())
    properties = {**(old.get("properties") or {}), **(new.get("properties") or {})}
    for name in sorted(before ^ after):
        is_required = name in after
        effect, verb = (
            (ValidityEffect.NARROWS, "is required now")
            if is_required
            else (ValidityEffect.WIDENS, "may be missing now")
        )
        yield SchemaDifference(
            "required",
            effect,
            f"{place}.{name}",
            f"the property {verb}",
            hidden=find_hidden_directions(properties.get(name)),
        )


def find_hidden_directions(schema: Any) -> frozenset[Direction]:
    """Return the directions in which a property does not travel (JSON Schema 2020-12, validation, 9.4)."""
    if not isinstance(schema, dict):
        return frozenset()
    directions = {"readOnly": Direction.REQUEST, "writeOnly": Direction.RESPONSE}
    return frozenset(direction for keyword, direction in directions.items() if schema.get(keyword) is True)


def compare_access(old: Any, new: Any, place: str) -> Iterator[SchemaDifference]:
    """Yield the differences of `readOnly`, `writeOnly` and `deprecated`."""
    if not (isinstance(old, dict) and isinstance(new, dict)):
        return
    for keyword, direction, rule_on, rule_off in (
        ("readOnly", Direction.REQUEST, "request-property-read-only", "request-property-writable"),
        ("writeOnly", Direction.RESPONSE, "response-property-write-only", "response-property-shown"),
    ):
        before, after = bool(old.get(keyword)), bool(new.get(keyword))
        if before is not after:
            yield SchemaDifference(
                keyword, ValidityEffect.NONE, place, "", fixed=((direction, rule_on if after else rule_off),)
            )
    if new.get("deprecated") and not old.get("deprecated"):
        rules = tuple((direction, "property-deprecated") for direction in Direction)
        yield SchemaDifference("deprecated", ValidityEffect.NONE, place, "", fixed=rules)
