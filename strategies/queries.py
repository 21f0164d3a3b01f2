"""Queries of an operation: any combination of its optional parameters, with values at the edges of their schemas."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from hypothesis import strategies as st

from conformance.description import Description
from conformance.model import Location, Operation, Parameter
from strategies.ids import prefixed_ulids
from strategies.instances import FORMATS
from strategies.schemas import Schema, find_prefix, flatten_schema, list_types
from strategies.texts import write_value

Query = tuple[tuple[str, str], ...]

_TEXTS = (
    "a", "GB", "0", "null", "true", "A,B", "ÿé", "naïve café", "日本語", "\N{ELECTRIC PLUG}", "e\u0301", "İı",
    "%", "100%25", "a+b", "'", '"', "<b>", "\\", "a b", "-1", "x" * 255,
)  # fmt: skip
_INTEGERS = (0, 1, -1, 2, 2**31 - 1, 2**31, -(2**31) - 1, 2**53, 2**63)
_EDGE_TIMES = (
    "1970-01-01T00:00:00Z", "2024-02-29T12:00:00Z", "2024-06-30T23:59:59.999999Z", "2025-03-30T01:30:00+01:00",
    "2000-01-01T00:00:00-12:00", "9999-12-31T23:59:59Z",
)  # fmt: skip
_EDGES: Mapping[str, Sequence[str]] = MappingProxyType(
    {
        "date-time": _EDGE_TIMES,
        "date": ("1970-01-01", "2024-02-29", "9999-12-31"),
        "uri": ("https://example.com", "https://example.com/%C3%A9?a=b&c=d#e"),
        "email": ("a+b@example.com", "first.last@sub.example.org"),
    }
)
_LONGEST = 60  # characters, where a schema sets no bound
_PRINTABLE = st.characters(min_codepoint=0x20, max_codepoint=0x7E)


def queries(description: Description, operation: Operation) -> st.SearchStrategy[Query]:
    """Return a strategy for queries that the description allows, as pairs of name and value in the order drawn.

    Cursors and page numbers are left out: only a list knows its own. Every other parameter is there or not, whatever
    the others are, and its value often lies on a bound of its schema or is unusual text, so that a failure which needs
    two parameters together, or one value, is found.

    >>> from hypothesis import find
    >>> from conformance.description import load_description
    >>> description = load_description()
    >>> vehicles = description.model.operations_by_key["GET /vehicles"]
    >>> find(queries(description, vehicles), lambda query: ("page_size", "100") in query)
    (('page_size', '100'),)
    """
    paging = operation.pagination
    cursors = {paging.after, paging.before, paging.page} if paging else set()
    parameters = [p for p in operation.parameters if p.location is Location.QUERY and p.name not in cursors]
    required = {p.name: _draw_values(description, p) for p in parameters if p.required}
    optional = {p.name: _draw_values(description, p) for p in parameters if not p.required}
    return st.fixed_dictionaries(required, optional=optional).map(_flatten)


def _flatten(drawn: Mapping[str, Sequence[str]]) -> Query:
    return tuple((name, value) for name, values in drawn.items() for value in values)


def _draw_values(description: Description, parameter: Parameter) -> st.SearchStrategy[list[str]]:
    """Return a strategy for the values of a parameter as they stand on the wire: one, or several of an array."""
    schema = flatten_schema(description, parameter.schema)
    if list_types(schema) == ("array",):
        item = _draw_value(flatten_schema(description, schema.get("items", {})))
        least = max(1, schema.get("minItems", 0))  # no value at all is a parameter left out
        return st.lists(item, min_size=least, max_size=min(schema.get("maxItems", 4), least + 3), unique=True)
    return _draw_value(schema).map(lambda value: [value])


def _draw_value(schema: Schema) -> st.SearchStrategy[str]:
    """Return a strategy for one value of a flat schema, as text."""
    if "enum" in schema:
        return st.sampled_from([write_value(value) for value in schema["enum"] if value is not None])
    types = list_types(schema)
    if "boolean" in types:
        return st.sampled_from(("true", "false"))
    if "integer" in types:
        return _draw_integers(schema).map(str)
    if "number" in types:
        return _draw_integers(schema).map(str) | st.sampled_from(("0.5", "1.25")).filter(
            lambda text: _is_valid(text, schema)
        )
    return _draw_strings(schema)


def _draw_integers(schema: Schema) -> st.SearchStrategy[int]:
    least = schema.get("minimum", schema.get("exclusiveMinimum", -(2**63)) + ("exclusiveMinimum" in schema))
    most = schema.get("maximum", schema.get("exclusiveMaximum", 2**63) - ("exclusiveMaximum" in schema))
    step = schema.get("multipleOf", 1)
    edges = {least, least + 1, most - 1, most, *_INTEGERS}
    if not {"minimum", "exclusiveMinimum"} & schema.keys():
        edges -= {least, least + 1}
    if not {"maximum", "exclusiveMaximum"} & schema.keys():
        edges -= {most - 1}
    fitting = sorted((int(n) for n in edges if least <= n <= most and n % step == 0), key=lambda n: (abs(n), n))
    return st.sampled_from(fitting or [int(least)])


def _is_valid(text: str, schema: Schema) -> bool:
    value = float(text)
    return schema.get("minimum", value) <= value <= schema.get("maximum", value) and "multipleOf" not in schema


def _draw_strings(schema: Schema) -> st.SearchStrategy[str]:
    """Return a strategy for texts: ids and what else has a pattern, formats with their edges, else unusual text."""
    if "pattern" in schema:
        prefix = find_prefix(schema["pattern"])
        examples = [text for text in (schema.get("example"), *schema.get("examples", ())) if isinstance(text, str)]
        drawn = st.from_regex(schema["pattern"], fullmatch=True, alphabet=_PRINTABLE)
        return prefixed_ulids(prefix) if prefix else st.sampled_from(examples) | drawn if examples else drawn
    if (name := schema.get("format", "")) in FORMATS:
        return st.sampled_from(_EDGES[name]) | FORMATS[name] if name in _EDGES else FORMATS[name]
    least, most = schema.get("minLength", 0), schema.get("maxLength", _LONGEST)
    sized = [text for text in _TEXTS if least <= len(text) <= schema.get("maxLength", len(text))]
    ends = ["x" * max(least, 1), *(["x" * most] if "maxLength" in schema else [])]
    return st.sampled_from([*sized, *ends]) | st.text(
        st.characters(exclude_categories=("Cc", "Cs")), min_size=max(least, 1), max_size=max(1, most)
    )
