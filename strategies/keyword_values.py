"""Keywords of one value, by a flat form of its schema: which there are, and which the value uses. Pure."""

import re
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import msgspec

from strategies.schemas import Schema, list_types

TIME_EDGES: Mapping[str, re.Pattern[str]] = MappingProxyType(
    {
        "start of 1970": re.compile(r"1970-01-01T00:00:00(\.0+)?Z"),
        "year 9999": re.compile(r"9999-12-31T"),
        "leap day": re.compile(r"\d{4}-02-29T"),
        "offset": re.compile(r".*[+-]\d\d:\d\d$"),
    }
)
"""Timestamps at which servers fail, though no keyword of the schema distinguishes them."""
INT32_END = 2**31  # the first number that 32 bits with a sign cannot hold
_LOWER_BOUNDS = (("minimum", 0), ("exclusiveMinimum", 1))
_UPPER_BOUNDS = (("maximum", 0), ("exclusiveMaximum", -1))
_SIZES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {"string": ("minLength", "maxLength"), "array": ("minItems", "maxItems")}
)


def list_own_keywords(form: Schema) -> Iterator[tuple[str, str]]:
    """Yield name and value of each keyword of one flat form, kept and broken."""
    types = list_types(form)
    if "null" in types:
        yield "null", ""
    if "enum" in form or "boolean" in types:
        yield from (("enum", _show(value)) for value in form.get("enum", (False, True)) if value is not None)
        yield from (("not in enum", ""),) if "enum" in form else ()
        yield "not type", ""
        return
    if types != ("null",):
        yield "not type", ""
    yield from (
        (f"{word}{name}", "")
        for name, broken in _list_bounds(form, types)
        for word in ("", f"{broken} ")
        if not (name in {"minLength", "minItems"} and form.get(name) == 0)
    )
    if "integer" in types and not any(name in form for name, _ in _UPPER_BOUNDS):
        yield "beyond 32 bits", ""
    if "string" in types:
        yield from (
            (f"{word}{name}", form[name] if name == "format" else "")
            for name in ("pattern", "format")
            if name in form
            for word in ("", "not ")
        )
        if "pattern" not in form and "format" not in form:
            yield from (("not ASCII", ""), ("empty", ""))
        if form.get("format") == "date-time":
            yield from (("edge", name) for name in TIME_EDGES)
    if "array" in types and not form.get("minItems"):
        yield "empty", ""


def _list_bounds(form: Schema, types: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield the names of the bounds of a form, each with the word for what lies beyond it."""
    if {"integer", "number"} & {*types}:
        yield from ((name, "below") for name, _ in _LOWER_BOUNDS if name in form)
        yield from ((name, "above") for name, _ in _UPPER_BOUNDS if name in form)
    for kind, (least, most) in _SIZES.items():
        if kind in types:
            yield from ((name, word) for name, word in ((least, "below"), (most, "above")) if name in form)


def is_of_type(value: Any, form: Schema) -> bool:
    """Return whether a JSON value has a type that a flat form allows."""
    kinds = {
        bool: ("boolean",),
        int: ("integer", "number"),
        float: ("number",),
        str: ("string",),
        list: ("array",),
        dict: ("object",),
        type(None): ("null",),
    }
    return bool({*kinds.get(type(value), ())} & {*list_types(form)})


def match_own_keywords(form: Schema, value: Any, *, is_wrong: bool) -> Iterator[tuple[str, str]]:
    """Yield name and value of each keyword of one form that a value of its type uses."""
    if value is None:
        yield "null", ""
    elif "enum" in form or isinstance(value, bool):
        known = value in form.get("enum", (False, True))
        yield ("enum", _show(value)) if known else ("not in enum", "")
    elif isinstance(value, int | float):
        yield from _match_number(form, value)
    elif isinstance(value, str):
        yield from _match_size(form, len(value), _SIZES["string"])
        yield from _match_text(form, value, is_wrong=is_wrong)
    elif isinstance(value, list):
        yield from _match_size(form, len(value), _SIZES["array"])
        if not value and not form.get("minItems"):
            yield "empty", ""


def _match_number(form: Schema, value: float) -> Iterator[tuple[str, str]]:
    for name, step in _LOWER_BOUNDS:
        if name in form and value <= form[name] + step:
            yield (name if value == form[name] + step else f"below {name}"), ""
    for name, step in _UPPER_BOUNDS:
        if name in form and value >= form[name] + step:
            yield (name if value == form[name] + step else f"above {name}"), ""
    if "maximum" not in form and "exclusiveMaximum" not in form and value >= INT32_END:
        yield "beyond 32 bits", ""


def _match_size(form: Schema, size: int, names: tuple[str, str]) -> Iterator[tuple[str, str]]:
    least, most = names
    if form.get(least) and size <= form[least]:
        yield (least if size == form[least] else f"below {least}"), ""
    if most in form and size >= form[most]:
        yield (most if size == form[most] else f"above {most}"), ""


def _match_text(form: Schema, value: str, *, is_wrong: bool) -> Iterator[tuple[str, str]]:
    for name in ("pattern", "format"):
        if name in form:
            yield (f"not {name}" if is_wrong else name), form[name] if name == "format" else ""
    if form.get("format") == "date-time" and not is_wrong:
        yield from (("edge", name) for name, pattern in TIME_EDGES.items() if pattern.match(value))
    if "pattern" not in form and "format" not in form:
        if not value.isascii():
            yield "not ASCII", ""
        if not value:
            yield "empty", ""


def _show(value: Any) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()
