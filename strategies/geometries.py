"""GeoJSON polygons that a server can accept: rings that are closed, simple and counter-clockwise (RFC 7946, 3.1.6).

The schema of `coordinates` states numbers only; a ring that is made of it alone has no area, and may be refused.
"""

from typing import Any

from hypothesis import strategies as st

from conformance.description import Description
from strategies.schemas import Schema, flatten_schema

_POLYGON, _MULTI_POLYGON = "Polygon", "MultiPolygon"
_SIDE = 0.25  # degrees


def find_geometry_type(description: Description, schema: Schema) -> str:
    """Return which polygon the schema of an object describes, from the words of its `type`; empty for any other."""
    properties = schema.get("properties", {})
    if not {"type", "coordinates"} <= properties.keys():
        return ""
    kind = flatten_schema(description, properties["type"])
    allowed = [*kind.get("enum", ()), kind.get("const")]
    return next((name for name in (_POLYGON, _MULTI_POLYGON) if name in allowed), "")


def make_geometry(name: str, west: float = -1.25, south: float = 50.75) -> dict[str, Any]:
    """Return a square of a quarter of a degree with its south-western corner at a position, in degrees.

    >>> make_geometry("Polygon", 0, 50)["coordinates"]
    [[[0, 50], [0.25, 50], [0.25, 50.25], [0, 50.25], [0, 50]]]
    """
    east, north = west + _SIDE, south + _SIDE
    polygon = [[[west, south], [east, south], [east, north], [west, north], [west, south]]]
    return {"type": name, "coordinates": polygon if name == _POLYGON else [polygon]}


def geometries(name: str) -> st.SearchStrategy[dict[str, Any]]:
    """Return a strategy for such squares, away from the poles and the antimeridian."""
    return st.builds(make_geometry, st.just(name), st.integers(-179, 178), st.integers(-80, 80))
