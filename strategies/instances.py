"""Instances of a description's schemas that look like the API: real ids, links, timestamps.

This covers the part of JSON Schema 2020-12 that descriptions use. The compiled validators filter out every instance
that breaks a keyword which is not covered.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import Any

from hypothesis import strategies as st

from conformance.validation import SchemaValidators
from strategies.geometries import find_geometry_type, geometries
from strategies.ids import prefixed_ulids
from strategies.links import build_item_urls, build_link_shapes
from strategies.schemas import Schema, drop_expanded, find_prefix, flatten_schema, list_branches, list_types
from strategies.timestamps import timestamps

JSON = st.SearchStrategy[Any]
Known = Mapping[str, Sequence[Any]]

_LONGEST = 40  # characters, where a schema sets no bound
_MOST = 4  # items, where a schema sets no bound
_DEEPEST = 4  # levels below which only required properties are drawn
_WIDEST = 10**6  # numbers, where a schema sets no bound
_TEXT = st.characters(min_codepoint=0x20, max_codepoint=0x24F, exclude_categories=("Cc", "Cs"))
_PRINTABLE = st.characters(min_codepoint=0x20, max_codepoint=0x7E)
_NAMES = st.text("abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=12)
FORMATS: Mapping[str, st.SearchStrategy[str]] = MappingProxyType(
    {
        "date-time": timestamps(),
        "date": st.dates().map(str),
        "uri": _NAMES.map("https://example.com/{}".format),
        "uuid": st.uuids().map(str),
        "email": _NAMES.map("{}@example.com".format),
        "decimal": st.integers(0, 10**7).map(lambda cents: f"{cents // 100}.{cents % 100:02}"),
    }
)


def instances(
    validators: SchemaValidators, pointer: str, *, known: Known | None = None, writing: bool = False, resource: str = ""
) -> JSON:
    """Return a strategy for valid instances of the schema at a pointer, links unexpanded.

    `known` gives values by property name, such as links and ids that exist; every property of that name draws from
    them. `writing` leaves read-only properties out. `resource` names the resource whose links are meant if several
    resources have links of the same name.

    >>> from hypothesis import find
    >>> from conformance.description import load_description
    >>> owner = "https://api.ev.energy/v2/users/user01HQR99ZREJD9285NV25PVCKVG"
    >>> validators = SchemaValidators(load_description())
    >>> vehicles = instances(validators, "#/components/schemas/Vehicle", known={"user": [owner]})
    >>> find(vehicles, lambda vehicle: "user" in vehicle)["user"] == owner
    True
    """
    active_validators = validators.request_validators if writing else validators
    builder = _StrategyBuilder(validators, known or {}, resource, writing=writing)
    return builder.values({"$ref": pointer}).filter(partial(active_validators.is_valid, pointer))


def variations(validators: SchemaValidators, pointer: str, base: Any, *, known: Known | None = None) -> JSON:
    """Return a strategy for valid instances of the schema at a pointer that shrink to `base`, a valid instance.

    Each member has the value of `base` or another one, so that a failing example differs from it in what matters, and
    is found within seconds. `known` is that of `instances`.
    """
    builder = _StrategyBuilder(validators, known or {}, "", writing=False)
    return builder.vary({"$ref": pointer}, base).filter(partial(validators.is_valid, pointer))


class _StrategyBuilder:
    """Builds strategies along the schemas of one description."""

    def __init__(self, validators: SchemaValidators, known: Known, resource: str, *, writing: bool) -> None:
        self._description = validators.description
        self._known = known
        self._writing = writing
        self._links = build_link_shapes(self._description, resource)
        self._item_urls = build_item_urls(self._description)
        self._makers: Mapping[str, Callable[[Schema, str, int], JSON]] = {
            "object": self._make_object,
            "array": self._make_array,
            "string": self._make_string,
            "integer": _make_integer,
            "number": _make_number,
            "boolean": lambda *_: st.booleans(),
            "null": lambda *_: st.none(),
        }

    def values(self, schema: Schema, name: str = "", depth: int = 0) -> JSON:
        """Return a strategy for a schema at a property of that name, `depth` levels deep."""
        schema = flatten_schema(self._description, schema)
        if self._known.get(name):
            return st.sampled_from(list(self._known[name]))
        if "const" in schema:
            return st.just(schema["const"])
        if "enum" in schema:
            return st.sampled_from(list(schema["enum"]))
        forms = list_branches(self._description, schema)
        if forms == [schema]:
            return st.one_of([self._makers[kind](schema, name, depth) for kind in list_types(schema)])
        return st.one_of([self.values(form, name, depth) for form in drop_expanded(self._description, forms)])

    def vary(self, schema: Schema, base: Any, name: str = "", depth: int = 0) -> JSON:
        """Return a strategy for a schema whose simplest value is `base`."""
        flat = flatten_schema(self._description, schema)
        if name in self._known:
            return self.values(flat, name, depth)
        if not isinstance(base, dict) or "properties" not in flat:
            return st.just(base) | self.values(flat, name, depth)
        members = {
            member: self.vary(content, base[member], member, depth + 1)
            if member in base
            else self.values(content, member, depth + 1)
            for member, content in flat["properties"].items()
        }
        required = {member: strategy for member, strategy in members.items() if member in flat["required"]}
        optional = {member: strategy for member, strategy in members.items() if member not in required}
        return st.fixed_dictionaries(required, optional=optional).map(self._add_url)

    def _make_object(self, schema: Schema, _: str, depth: int) -> JSON:
        """Return a strategy for objects; optional properties end at a depth, so that recursion ends."""
        if geometry := find_geometry_type(self._description, schema):
            return geometries(geometry)
        required, optional = {}, {}
        for name, member in schema["properties"].items():
            if self._writing and flatten_schema(self._description, member).get("readOnly"):
                continue
            if name in schema["required"]:
                required[name] = self.values(member, name, depth + 1)
            elif depth <= _DEEPEST:
                optional[name] = self.values(member, name, depth + 1)
        return st.fixed_dictionaries(required, optional=optional).map(self._add_url)

    def _add_url(self, drawn: dict[str, Any]) -> dict[str, Any]:
        """Let an item's own URL end in its id, as in the API."""
        start = self._item_urls.get(str(drawn.get("id", ""))[:4])
        if start and "url" in drawn and "url" not in self._known:
            drawn["url"] = start + drawn["id"]
        return drawn

    def _make_array(self, schema: Schema, name: str, depth: int) -> JSON:
        """Return a strategy for arrays within the bounds of the schema."""
        minimum = schema.get("minItems", 0)
        maximum = min(schema.get("maxItems", _MOST), minimum + (0 if depth > _DEEPEST else _MOST))
        items = self.values(schema.get("items", {}), name, depth + 1)
        return st.lists(items, min_size=minimum, max_size=max(minimum, maximum))

    def _make_string(self, schema: Schema, name: str, _: int) -> JSON:
        """Return a strategy for strings: ids and links by pattern and name, then formats, then plain text."""
        if "pattern" in schema:
            prefix = find_prefix(schema["pattern"])
            drawn = st.from_regex(schema["pattern"], fullmatch=True, alphabet=_PRINTABLE)
            return prefixed_ulids(prefix) if prefix else drawn
        if schema.get("format") == "uri" and name in self._links:
            prefix, shape = self._links[name]
            return prefixed_ulids(prefix).map(shape.format)
        if schema.get("format") in FORMATS:
            return FORMATS[schema["format"]]
        minimum = schema.get("minLength", 0)
        return st.text(_TEXT, min_size=minimum, max_size=min(schema.get("maxLength", _LONGEST), minimum + _LONGEST))


def _make_integer(schema: Schema, *_: object) -> JSON:
    """Return a strategy for integers within the bounds, multiples of `multipleOf`."""
    minimum = schema.get("minimum", schema.get("exclusiveMinimum", -_WIDEST))
    maximum = schema.get("maximum", schema.get("exclusiveMaximum", max(_WIDEST, minimum)))
    step = schema.get("multipleOf", 1)
    multiples = st.integers(-(-int(minimum) // step), int(maximum) // step)
    return multiples.map(step.__mul__)


def _make_number(schema: Schema, *_: object) -> JSON:
    """Return a strategy for finite floats within the bounds."""
    minimum = schema.get("minimum", schema.get("exclusiveMinimum", -_WIDEST))
    maximum = schema.get("maximum", schema.get("exclusiveMaximum", max(_WIDEST, minimum)))
    return st.floats(float(minimum), float(maximum), allow_nan=False, allow_infinity=False, allow_subnormal=False)
