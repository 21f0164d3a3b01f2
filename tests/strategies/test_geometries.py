"""GeoJSON polygons in bodies: closed rings with an area, whatever the schema leaves open."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from strategies import bodies, sample_body
from strategies.geometries import find_geometry_type

CREATE_REGION = "POST /regions"


def list_rings(body):
    return [
        ring
        for geometry in body["geometries"]
        for polygon in ([geometry["coordinates"]] if geometry["type"] == "Polygon" else geometry["coordinates"])
        for ring in polygon
    ]


def compute_area(ring):
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise(ring)) / 2


@settings(max_examples=20)
@given(data=st.data())
def test_drawn_rings_are_closed_and_counter_clockwise(data, description, validators):
    body = data.draw(bodies(validators, description.model.operations_by_key[CREATE_REGION]))
    assert all(ring[0] == ring[-1] and compute_area(ring) > 0 for ring in list_rings(body))


def test_the_sample_has_an_area(description, validators):
    body = sample_body(validators, description.model.operations_by_key[CREATE_REGION])
    assert [compute_area(ring) for ring in list_rings(body)] == [pytest.approx(1 / 16)]


@pytest.mark.parametrize(
    ("properties", "name"),
    [
        ({"type": {"enum": ["Polygon"]}, "coordinates": {}}, "Polygon"),
        ({"type": {"const": "MultiPolygon"}, "coordinates": {}}, "MultiPolygon"),
        ({"type": {"enum": ["Point"]}, "coordinates": {}}, ""),
        ({"type": {"type": "string"}, "coordinates": {}}, ""),
        ({"type": {"enum": ["Polygon"]}}, ""),
    ],
)
def test_a_polygon_is_known_by_its_type_and_coordinates(properties, name, description):
    assert find_geometry_type(description, {"properties": properties}) == name
