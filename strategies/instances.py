"""Instances of a description's schemas, drawn so that they look like the API: real ids, links, timestamps.

This covers the part of JSON Schema 2020-12 that descriptions use. Whatever it leaves out is caught by the compiled
validators, which every instance passes before it is handed out.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import Any

from hypothesis import strategies as st

from conformance.validation import Validators
from strategies.ids import prefixed_ulids
from strategies.links import item_urls, link_shapes
from strategies.schemas import Schema, branches, flat, prefix_of, types, unexpanded
from strategies.timestamps import timestamps

JSON = st.SearchStrategy[Any]
Known = Mapping[str, Sequence[Any]]

_LONGEST = 40  # characters, where a schema sets no bound
_MOST = 4  # items, where a schema sets no bound
_DEEPEST = 4  # levels below which only what is required is drawn
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
    validators: Validators, pointer: str, *, known: Known | None = None, writing: bool = False, resource: str = ""
) -> JSON:
    """Valid instances of the schema at a pointer, links unexpanded; `writing` leaves read-only properties out.

    `known` gives values by property name, drawn wherever a property of that name stands: links and ids that exist.
    `resource` names the resource whose links are meant where others have links of the same name.

    >>> instances(Validators(description), "#/components/schemas/Vehicle", known={"user": [user["url"]]})
    """
    judges = validators.written if writing else validators
    drawer = _Drawer(validators, known or {}, resource, writing=writing)
    return drawer.values({"$ref": pointer}).filter(partial(judges.matches, pointer))


class _Drawer:
    """Builds strategies along the schemas of one description."""

    def __init__(self, validators: Validators, known: Known, resource: str, *, writing: bool) -> None:
        self._description = validators.description
        self._known = known
        self._writing = writing
        self._links = link_shapes(self._description, resource)
        self._item_urls = item_urls(self._description)
        self._makers: Mapping[str, Callable[[Schema, str, int], JSON]] = {
            "object": self._objects,
            "array": self._arrays,
            "string": self._strings,
            "integer": _integers,
            "number": _numbers,
            "boolean": lambda *_: st.booleans(),
            "null": lambda *_: st.none(),
        }

    def values(self, schema: Schema, name: str = "", depth: int = 0) -> JSON:
        """Instances of a schema that stands at a property of that name, so many levels deep."""
        schema = flat(self._description, schema)
        if self._known.get(name):
            return st.sampled_from(list(self._known[name]))
        if "const" in schema:
            return st.just(schema["const"])
        if "enum" in schema:
            return st.sampled_from(list(schema["enum"]))
        forms = branches(self._description, schema)
        if forms == [schema]:
            return st.one_of([self._makers[kind](schema, name, depth) for kind in types(schema)])
        return st.one_of([self.values(each, name, depth) for each in unexpanded(self._description, forms)])

    def _objects(self, schema: Schema, _: str, depth: int) -> JSON:
        required, optional = {}, {}
        for name, each in schema["properties"].items():
            if self._writing and flat(self._description, each).get("readOnly"):
                continue
            if name in schema["required"]:
                required[name] = self.values(each, name, depth + 1)
            elif depth <= _DEEPEST:
                optional[name] = self.values(each, name, depth + 1)
        return st.fixed_dictionaries(required, optional=optional).map(self._addressed)

    def _addressed(self, drawn: dict[str, Any]) -> dict[str, Any]:
        """An item whose own URL ends in its id, as the API's do."""
        start = self._item_urls.get(str(drawn.get("id", ""))[:4])
        if start and "url" in drawn and "url" not in self._known:
            drawn["url"] = start + drawn["id"]
        return drawn

    def _arrays(self, schema: Schema, name: str, depth: int) -> JSON:
        least = schema.get("minItems", 0)
        most = min(schema.get("maxItems", _MOST), least + (0 if depth > _DEEPEST else _MOST))
        items = self.values(schema.get("items", {}), name, depth + 1)
        return st.lists(items, min_size=least, max_size=max(least, most))

    def _strings(self, schema: Schema, name: str, _: int) -> JSON:
        if "pattern" in schema:
            prefix = prefix_of(schema["pattern"])
            drawn = st.from_regex(schema["pattern"], fullmatch=True, alphabet=_PRINTABLE)
            return prefixed_ulids(prefix) if prefix else drawn
        if schema.get("format") == "uri" and name in self._links:
            prefix, shape = self._links[name]
            return prefixed_ulids(prefix).map(shape.format)
        if schema.get("format") in FORMATS:
            return FORMATS[schema["format"]]
        least = schema.get("minLength", 0)
        return st.text(_TEXT, min_size=least, max_size=min(schema.get("maxLength", _LONGEST), least + _LONGEST))


def _integers(schema: Schema, *_: object) -> JSON:
    least = schema.get("minimum", schema.get("exclusiveMinimum", -_WIDEST))
    most = schema.get("maximum", schema.get("exclusiveMaximum", max(_WIDEST, least)))
    step = schema.get("multipleOf", 1)
    wide = st.integers(-(-int(least) // step), int(most) // step)
    return wide.map(step.__mul__)


def _numbers(schema: Schema, *_: object) -> JSON:
    least = schema.get("minimum", schema.get("exclusiveMinimum", -_WIDEST))
    most = schema.get("maximum", schema.get("exclusiveMaximum", max(_WIDEST, least)))
    return st.floats(float(least), float(most), allow_nan=False, allow_infinity=False, allow_subnormal=False)
