"""Values of headers, query and path parameters, which travel as strings, read as the types that a schema allows."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from conformance.model import Location, Parameter

Dereference = Callable[[Mapping[str, Any]], Mapping[str, Any]]

_INTEGER = re.compile(r"-?(0|[1-9]\d*)", re.ASCII)
_NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?", re.ASCII)
_SEPARATORS = {"spaceDelimited": " ", "pipeDelimited": "|"}
_MAX_DIGITS = 4000  # below the limit of `int` for strings


def find_types(schema: Mapping[str, Any], follow: Dereference) -> frozenset[str]:
    """Return the JSON types that a schema allows, as far as it names them; empty if it names none."""
    schema = follow(schema)
    stated = schema.get("type", ())
    names = {stated} if isinstance(stated, str) else set(stated)
    for keyword in ("anyOf", "oneOf", "allOf"):
        for branch in schema.get(keyword, ()):
            names |= find_types(branch, follow)
    return frozenset(names)


class StringReader(msgspec.Struct, frozen=True):
    """Reads strings under one schema.

    `allowed` are the types that the schema allows, `items` those of its members if it is a list.
    """

    allowed: frozenset[str]
    items: frozenset[str]

    @classmethod
    def from_schema(cls, schema: Mapping[str, Any], follow: Dereference) -> "StringReader":
        """Build a reader for a schema; `follow` resolves references."""
        allowed, items = find_types(schema, follow), follow(schema).get("items", {})
        return cls(allowed, find_types(items, follow) if "array" in allowed else frozenset())

    def read_values(self, values: Sequence[str], members: Sequence[str]) -> tuple[Any, ...]:
        """Return the values that strings can mean, the most specific first; never empty.

        A list is made of `members`.
        """
        if "array" in self.allowed:
            return ([_read_or_keep(self.items, member)[0] for member in members],)
        return _read_or_keep(self.allowed, ",".join(values))


def _read_or_keep(allowed: frozenset[str], text: str) -> tuple[Any, ...]:
    return tuple(_read_as_types(allowed, text)) or (text,)


def _read_as_types(allowed: frozenset[str], text: str) -> Iterator[Any]:
    if "integer" in allowed and _INTEGER.fullmatch(text) and len(text) < _MAX_DIGITS:
        yield int(text)
    if "number" in allowed and _NUMBER.fullmatch(text):
        yield float(text)
    if "boolean" in allowed and text in {"true", "false"}:
        yield text == "true"
    if "string" in allowed:
        yield text


def split_members(parameter: Parameter, values: Sequence[str]) -> tuple[str, ...]:
    """Return the members of an array parameter as strings; styles form, simple, spaceDelimited and pipeDelimited.

    Source: OpenAPI 3.1, section 4.8.12.2.1 (style, explode) and 4.8.12.4 (style examples).
    """
    form = parameter.location in {Location.QUERY, Location.COOKIE}
    if form and parameter.explode:
        return tuple(values)
    separator = _SEPARATORS.get(parameter.style, ",")
    return tuple(part for value in values if value for part in value.split(separator))
