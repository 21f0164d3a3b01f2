"""VAL: which freedom a server has with a value, and which it has not."""

import pytest

from conformance.probes.toolkit.edge_values import ALL_SIGNS
from conformance.probes.writes.value_judgements import compare_values

TEXT = {"type": "string"}
POINTS = {
    "type": "array",
    "items": {"type": "object", "properties": {"name": {"type": "string"}, "latitude": {"type": "number"}}},
}


def lost(subject, schema, sent, shown):
    """Return the requirements that one value breaks."""
    comparisons = compare_values({"value": sent}, {"value": shown}, {"value": schema}, subject)
    return {comparison.requirement for comparison in comparisons if not comparison.kept}


@pytest.mark.parametrize(
    ("schema", "sent", "shown"),
    [
        (TEXT, "Z\u0307olw  a ", "\u017bolw a"),
        (TEXT, "SW1a", "sw1A"),
        (TEXT, ALL_SIGNS, ALL_SIGNS.upper().lower()),
        ({"type": "string", "format": "date-time"}, "2024-02-29T23:59:59.9+05:45", "2024-02-29T18:14:59Z"),
        ({"type": "number"}, 12.345678, 12.3457),
        ({"type": "integer"}, 5, 5.0),
        ({"type": "boolean"}, True, True),
        ({"type": "number"}, 0, 0.0),
        ({"type": "number", "format": "float"}, 55.555195, 55.55519485473633),
        ({"type": "number", "format": "double"}, 55.555195, 55.5552),
        (TEXT, "", None),
        ({"type": "string", "description": "Falls back to the name of the model."}, "", "CCS"),
        ({"type": ["string", "null"], "description": "Falls back to the model's."}, None, "CCS"),
        ({"type": "array", "items": {"type": "string"}}, ["b", "a"], ["a", "b"]),
        (POINTS, [{"name": "a"}, {"name": "b"}], [{"name": "a", "id": 1}, {"name": "B", "id": 2}]),
    ],
)
def test_a_server_may_write_a_value_in_its_own_way(schema, sent, shown, subject):
    assert lost(subject, schema, sent, shown) == set()


@pytest.mark.parametrize(
    ("requirement", "schema", "sent", "shown"),
    [
        ("VAL-01", TEXT, "c+d", "c d"),
        ("VAL-01", TEXT, "007", "7"),
        ("VAL-01", TEXT, "null", None),
        ("VAL-01", TEXT, "O'B", "O\\'B"),
        ("VAL-01", TEXT, "100%25", "100%"),
        ("VAL-02", {"type": "integer"}, 2**31, -(2**31)),
        ("VAL-02", {"type": "integer"}, 2**53 - 1, 2**53),
        ("VAL-02", {"type": "number"}, -7.65, 7.65),
        ("VAL-02", {"type": "number", "format": "double"}, 55.555195, 55.55519485473633),
        ("VAL-04", TEXT, "", "the old one"),
        ("VAL-03", {"type": "string", "format": "date-time"}, "2024-07-01T00:30:00+02:00", "2024-07-01T00:30:00Z"),
        ("VAL-04", {"type": ["string", "null"]}, None, ""),
        ("VAL-04", {"type": "integer"}, 0, None),
        ("VAL-04", {"type": "boolean"}, False, 0),
        ("VAL-04", {"type": "array", "items": TEXT}, [], ["a"]),
        ("VAL-05", {"type": "array", "items": TEXT}, ["a", "b"], ["a"]),
        ("VAL-05", {"type": "array", "items": TEXT}, ["a"], ["a", "b"]),
        ("VAL-05", POINTS, [{"name": "a"}, {"name": "b"}], [{"name": "b"}, {"name": "a"}]),
    ],
)
def test_a_value_that_is_lost_breaks_its_requirement(requirement, schema, sent, shown, subject):
    assert lost(subject, schema, sent, shown) == {requirement}


@pytest.mark.parametrize(("shown", "kept"), [(12.3457, True), (12.34568, True), (12.346, False), (12.35, False)])
def test_a_coordinate_keeps_four_decimals(shown, kept, subject):
    place = {"type": "object", "properties": {"latitude": {"type": "number"}}}
    assert lost(subject, place, {"latitude": 12.345678}, {"latitude": shown}) == (set() if kept else {"VAL-02"})
