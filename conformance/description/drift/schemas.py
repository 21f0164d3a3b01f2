"""Two schemas laid side by side: each keyword that differs, and what that does to the set of valid messages."""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from conformance.description.drift.change import Change, Direction, Effect, fixed, severities
from conformance.description.drift.shapes import ANY, Shape, pairs, shapes

_LOWER = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties", "minContains")
_UPPER = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties", "maxContains")
_OPAQUE = ("not", "if", "then", "else", "contains", "propertyNames", "patternProperties", "dependentSchemas")
_OPAQUE_TOO = ("dependentRequired", "prefixItems", "unevaluatedProperties", "unevaluatedItems", "discriminator")


class Found(msgspec.Struct, frozen=True):
    """A difference of two schemas before it is known which way the data travels.

    `fixed` names rules of the table by direction, for what is no matter of sets. `hidden` is the direction in which the
    field does not travel at all.
    """

    keyword: str
    effect: Effect
    place: str
    message: str
    old: Any = None
    new: Any = None
    fixed: tuple[tuple[Direction, str], ...] = ()
    hidden: frozenset[Direction] = frozenset()

    def change(self, direction: Direction) -> Change | None:
        """The change that it is for data travelling that way, if it is one."""
        if direction in self.hidden:
            return None
        if self.fixed:
            rule = dict(self.fixed).get(direction)
            return fixed(rule, self.place, old=self.old, new=self.new, direction=direction) if rule else None
        client, server = severities(direction, self.effect)
        rule = f"{direction}-{self.keyword}-{self.effect}"
        return Change(rule, client, server, self.place, self.message, self.old, self.new, direction)


class Pair(msgspec.Struct, frozen=True):
    """Two components that take each other's place somewhere."""

    old: str
    new: str
    hidden: frozenset[Direction] = frozenset()


class SchemaDrift:
    """Compares schemas of two documents. Each pair of components is compared once."""

    def __init__(self, old: Mapping[str, Any], new: Mapping[str, Any]) -> None:
        self.old, self.new = old, new
        self._known: dict[tuple[str, str], tuple[Found | Pair, ...]] = {}

    def changes(self, old: Any, new: Any, place: str, direction: Direction) -> Iterator[Change]:
        """Every change between two schemas, through all components that they refer to."""
        seen: set[tuple[str, str]] = set()
        stack = list(self._compare(old, new, place))
        while stack:
            each = stack.pop()
            if isinstance(each, Found):
                change = each.change(direction)
                if change is not None:
                    yield change
            elif direction not in each.hidden and (each.old, each.new) not in seen:
                seen.add((each.old, each.new))
                stack.extend(self._components(each))

    def _components(self, pair: Pair) -> tuple[Found | Pair, ...]:
        key = (pair.old, pair.new)
        if key not in self._known:
            place = pair.new.rpartition("/")[2]
            self._known[key] = tuple(self._compare({"$ref": pair.old}, {"$ref": pair.new}, place, top=True))
        return self._known[key]

    def _compare(self, old: Any, new: Any, place: str, *, top: bool = False) -> Iterator[Found | Pair]:
        matched, gone, added = pairs(shapes(self.old, old, place), shapes(self.new, new, place))
        yield from _types(place, matched, gone, added)
        for one, other in matched:
            if one.pointer and other.pointer and not top:
                yield Pair(one.pointer, other.pointer)
            else:
                yield from self._keywords(one, other, other.place)

    def _keywords(self, old: Shape, new: Shape, place: str) -> Iterator[Found | Pair]:
        one, other = old.schema, new.schema
        yield from _values(one, other, place)
        yield from _limits(one, other, place)
        yield from _opaque(one, other, place)
        yield from _default(one, other, place)
        if new.type == "object":
            yield from self._object(one, other, place)
        if new.type == "array":
            yield from self._compare(one.get("items", True), other.get("items", True), f"{place}[]")

    def _object(self, old: Mapping[str, Any], new: Mapping[str, Any], place: str) -> Iterator[Found | Pair]:
        before, after = old.get("properties") or {}, new.get("properties") or {}
        for name in {**before, **after}:
            at, hidden = f"{place}.{name}", _hidden(after.get(name, before.get(name)))
            if name not in after:
                yield _property("removed", at, hidden, closed=new.get("additionalProperties") is False)
            elif name not in before:
                yield _property("added", at, hidden, closed=old.get("additionalProperties") is False)
            else:
                yield from _access(before[name], after[name], at)
                for each in self._compare(before[name], after[name], at):
                    yield msgspec.structs.replace(each, hidden=each.hidden | hidden)
        yield from _required(old, new, place)
        yield from self._additional(old, new, place)

    def _additional(self, old: Mapping[str, Any], new: Mapping[str, Any], place: str) -> Iterator[Found | Pair]:
        before, after = old.get("additionalProperties", True), new.get("additionalProperties", True)
        if before is not False and after is False:
            yield Found("properties", Effect.NARROWS, place, "other properties are no longer allowed")
        elif before is False and after is not False:
            yield Found("properties", Effect.WIDENS, place, "other properties are allowed now")
        elif before != after or isinstance(before, dict):
            yield from self._compare(before, after, f"{place}.*")


def _types(place: str, matched: list[tuple[Shape, Shape]], gone: list[Shape], added: list[Shape]) -> Iterator[Found]:
    """What became of alternatives without a counterpart; numbers that became whole or broken are paired up."""
    if any(each.type == ANY for each in gone) and added:
        yield _typed(Effect.NARROWS, place, ANY, _named(added))
        return
    if any(each.type == ANY for each in added) and gone:
        yield _typed(Effect.WIDENS, place, _named(gone), ANY)
        return
    yield from _numbers(place, matched, gone, added)
    for each in [each for each in (*gone, *added) if each.type == "null"]:
        was = each in gone
        (gone if was else added).remove(each)
        effect = Effect.NARROWS if was else Effect.WIDENS
        yield Found("null", effect, place, f"null is {'no longer allowed' if was else 'allowed now'}")
    if gone and added and not matched:
        yield _typed(Effect.REPLACES, place, _named(gone), _named(added))
        return
    if gone:
        yield Found("alternative", Effect.NARROWS, place, f"may no longer be {_named(gone)}", old=_named(gone))
    if added:
        yield Found("alternative", Effect.WIDENS, place, f"may also be {_named(added)}", new=_named(added))


def _numbers(place: str, matched: list[tuple[Shape, Shape]], gone: list[Shape], added: list[Shape]) -> Iterator[Found]:
    for old in list(gone):
        new = next((each for each in added if {old.type, each.type} == {"integer", "number"}), None)
        if new is not None:
            gone.remove(old)
            added.remove(new)
            matched.append((old, new))
            effect = Effect.WIDENS if new.type == "number" else Effect.NARROWS
            yield _typed(effect, place, old.type, new.type)


def _typed(effect: Effect, place: str, old: str, new: str) -> Found:
    return Found("type", effect, place, f"the type was {old} and is {new}", old, new)


def _named(found: list[Shape]) -> str:
    names = [each.pointer.rpartition("/")[2] or each.schema.get("format") or each.type for each in found]
    return " or ".join(dict.fromkeys(names))


def _values(old: Mapping[str, Any], new: Mapping[str, Any], place: str) -> Iterator[Found]:
    before, after = (s["enum"] if "enum" in s else [s["const"]] if "const" in s else None for s in (old, new))
    if before is None and after is not None:
        yield Found("enum", Effect.NARROWS, place, "only listed values are allowed now", new=after)
    elif before is not None and after is None:
        yield Found("enum", Effect.WIDENS, place, "other than listed values are allowed now", old=before)
    elif before is not None and after is not None:
        removed = [each for each in before if each not in after]
        added = [each for each in after if each not in before]
        if removed:
            yield Found("enum", Effect.NARROWS, place, f"no longer a value: {_shown(removed)}", old=removed)
        if added:
            yield Found("enum", Effect.WIDENS, place, f"a value now: {_shown(added)}", new=added)


def _shown(values: list[Any]) -> str:
    return ", ".join(each if isinstance(each, str) else msgspec.json.encode(each).decode() for each in values)


def _limits(old: Mapping[str, Any], new: Mapping[str, Any], place: str) -> Iterator[Found]:
    """Keywords that are free where they are absent; `uniqueItems: false` is free too."""
    for keyword in (*_LOWER, *_UPPER, "multipleOf", "uniqueItems", "format", "pattern"):
        before, after = (None if each is False else each for each in (old.get(keyword), new.get(keyword)))
        if before != after:
            words = ["free" if each is None else each for each in (before, after)]
            message = f"{keyword} was {words[0]} and is {words[1]}"
            yield Found(keyword, _limit_effect(keyword, before, after), place, message, before, after)


def _limit_effect(keyword: str, before: Any, after: Any) -> Effect:
    if before is None:
        return Effect.NARROWS
    if after is None:
        return Effect.WIDENS
    if keyword == "format":
        return Effect.REPLACES
    if keyword == "pattern":
        return _pattern_effect(before, after)
    if keyword == "multipleOf":
        return Effect.NARROWS if after % before == 0 else Effect.WIDENS if before % after == 0 else Effect.REPLACES
    return Effect.NARROWS if (after > before) is (keyword in _LOWER) else Effect.WIDENS


def _pattern_effect(before: str, after: str) -> Effect:
    """Decided where only the anchors or the spelling of digits changed."""
    one, other = (str(each).replace(r"\d", "0-9").replace("[0-9]", "0-9") for each in (before, after))
    if one == other:
        return Effect.NONE
    if one.strip("^$") == other.strip("^$"):
        return Effect.NARROWS if len(other) > len(one) else Effect.WIDENS
    return Effect.UNCLEAR


def _opaque(old: Mapping[str, Any], new: Mapping[str, Any], place: str) -> Iterator[Found]:
    for keyword in (*_OPAQUE, *_OPAQUE_TOO):
        if old.get(keyword) != new.get(keyword):
            yield Found(keyword, Effect.UNCLEAR, place, f"`{keyword}` changed", old.get(keyword), new.get(keyword))


def _default(old: Mapping[str, Any], new: Mapping[str, Any], place: str) -> Iterator[Found]:
    before, after = old.get("default"), new.get("default")
    if before != after:
        rules = ((Direction.REQUEST, "request-default-changed"), (Direction.RESPONSE, "response-default-changed"))
        yield Found("default", Effect.NONE, place, "", before, after, rules)


def _property(what: str, place: str, hidden: frozenset[Direction], *, closed: bool) -> Found:
    """A property that came or went; where others are not allowed, that changes what is valid."""
    if closed:
        effect = Effect.NARROWS if what == "removed" else Effect.WIDENS
        return Found("property", effect, place, f"the property is {what}, and others are not allowed", hidden=hidden)
    rules = tuple((each, f"{each}-property-{what}") for each in Direction)
    return Found("property", Effect.NONE, place, "", fixed=rules, hidden=hidden)


def _required(old: Mapping[str, Any], new: Mapping[str, Any], place: str) -> Iterator[Found]:
    before, after = set(old.get("required") or ()), set(new.get("required") or ())
    properties = {**(old.get("properties") or {}), **(new.get("properties") or {})}
    for name in sorted(before ^ after):
        now = name in after
        effect, word = (Effect.NARROWS, "is required now") if now else (Effect.WIDENS, "may be missing now")
        yield Found("required", effect, f"{place}.{name}", f"the property {word}", hidden=_hidden(properties.get(name)))


def _hidden(schema: Any) -> frozenset[Direction]:
    """The directions in which a property does not travel (JSON Schema 2020-12, validation, 9.4)."""
    if not isinstance(schema, dict):
        return frozenset()
    words = {"readOnly": Direction.REQUEST, "writeOnly": Direction.RESPONSE}
    return frozenset(direction for word, direction in words.items() if schema.get(word) is True)


def _access(old: Any, new: Any, place: str) -> Iterator[Found]:
    if not (isinstance(old, dict) and isinstance(new, dict)):
        return
    for word, direction, off, on in (
        ("readOnly", Direction.REQUEST, "request-property-read-only", "request-property-writable"),
        ("writeOnly", Direction.RESPONSE, "response-property-write-only", "response-property-shown"),
    ):
        before, after = bool(old.get(word)), bool(new.get(word))
        if before is not after:
            yield Found(word, Effect.NONE, place, "", fixed=((direction, off if after else on),))
    if new.get("deprecated") and not old.get("deprecated"):
        rules = tuple((each, "property-deprecated") for each in Direction)
        yield Found("deprecated", Effect.NONE, place, "", fixed=rules)
