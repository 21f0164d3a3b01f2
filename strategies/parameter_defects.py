"""Bad values of query parameters, enumerated from their schemas: one in each request, and every parameter twice."""

from collections.abc import Iterator
from urllib.parse import quote, urlencode

import msgspec

from conformance.adapters import GeneratedCase, GenerationMode, GenerationPhase
from conformance.description import Description
from conformance.model import Location, Operation, Parameter, Request
from strategies.defects import BAD_FORMATS
from strategies.near_misses import MALFORMATIONS
from strategies.schemas import Schema, find_prefix, flatten_schema, list_types
from strategies.texts import SAMPLE_ULID, choose_text, fill_path

_UNLISTED = "NOT_A_MEMBER"
_MISSES = ("one-short", "wrong-prefix", "quote")  # of an id: mistakes that no lenient server repairs
_BAD_TIMES = ("2024-02-30T12:00:00Z", "2024-01-01T25:00:00Z", "yesterday")


class _BadValue(msgspec.Struct, frozen=True):
    """A value that breaks a keyword, and the keyword that it breaks."""

    keyword: str
    text: str


def enumerate_parameter_defects(description: Description, operation: Operation) -> Iterator[GeneratedCase]:
    """Yield negative cases of the query: each has one bad value, of those that no lenient reading accepts.

    A value that is also valid by its schema is left to the caller, who validates each case. The last case has every
    parameter twice: what a server makes of that is its own affair, as long as it does not fail.
    """
    path = fill_path(description, operation)
    required = [p for p in operation.parameters if p.location is Location.QUERY and p.required]
    base = [(p.name, choose_text(flatten_schema(description, p.schema))) for p in required]
    for parameter in _list_parameters(operation):
        schema = flatten_schema(description, parameter.schema)
        target_schema = flatten_schema(description, schema["items"]) if "items" in schema else schema
        for bad in _list_bad_values(target_schema):
            query = [*(pair for pair in base if pair[0] != parameter.name), (parameter.name, bad.text)]
            note = f"{parameter.name}: breaks {bad.keyword}"
            yield _build_case(operation, path, query, f"query:{parameter.name}", note)
    valid = [(p.name, choose_text(flatten_schema(description, p.schema))) for p in _list_parameters(operation)]
    if valid:
        yield _build_case(operation, path, [*valid, *valid], "query", "Every parameter twice")


def _list_parameters(operation: Operation) -> list[Parameter]:
    paging = operation.pagination
    cursors = {paging.after, paging.before} if paging else set()
    return [p for p in operation.parameters if p.location is Location.QUERY and p.name not in cursors]


def _build_case(operation: Operation, path: str, query: list[tuple[str, str]], place: str, note: str) -> GeneratedCase:
    target = f"{path}?{urlencode(query, quote_via=quote, safe=':,')}"
    request = Request(operation.key, operation.method, target)
    return GeneratedCase(operation.key, GenerationMode.NEGATIVE, GenerationPhase.DEFECT, request, place, note)


def _list_bad_values(schema: Schema) -> Iterator[_BadValue]:
    types = list_types(schema)
    if "enum" in schema:
        yield _BadValue("enum", _UNLISTED if "string" in types else "1000000")
        return
    if "boolean" in types:
        yield _BadValue("type", "perhaps")
    if {"integer", "number"} & {*types}:
        yield from _list_bad_numbers(schema, whole="number" not in types)
    if "string" in types:
        yield from _list_bad_texts(schema)


def _list_bad_numbers(schema: Schema, *, whole: bool) -> Iterator[_BadValue]:
    """Yield numbers one beyond each bound, and texts that are no number of the type."""
    for name, step in (("minimum", -1), ("exclusiveMinimum", 0), ("maximum", 1), ("exclusiveMaximum", 0)):
        if name in schema:
            yield _BadValue(name, str(schema[name] + step))
    yield _BadValue("type", "many")
    if whole:
        yield _BadValue("type", "1.5")


def _list_bad_texts(schema: Schema) -> Iterator[_BadValue]:
    if schema.get("minLength", 0) > 1:  # a text without any character counts as absent
        yield _BadValue("minLength", "A" * (schema["minLength"] - 1))
    if "maxLength" in schema:
        yield _BadValue("maxLength", "A" * (schema["maxLength"] + 1))
    if schema.get("format") == "date-time":
        yield from (_BadValue("format", text) for text in _BAD_TIMES)
    elif schema.get("format") in BAD_FORMATS:
        yield _BadValue("format", BAD_FORMATS[schema["format"]])
    if "pattern" in schema:
        prefix = find_prefix(schema["pattern"])
        misses = [MALFORMATIONS[name](prefix + SAMPLE_ULID) for name in _MISSES] if prefix else ["?", "\u00e9"]
        yield from (_BadValue("pattern", text) for text in misses)
