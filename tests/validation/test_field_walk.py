"""Unknown fields are found at any depth and through any combination of schemas; open objects stay open."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

CHARGER = "#/components/schemas/Charger"
DETAIL = "#/components/schemas/ChargerDetail"
MODEL = "https://api.example/v2/models/m"


@pytest.mark.parametrize(
    ("addition", "unknown"),
    [
        ({}, ()),
        ({"extra/1": 1}, ("/extra~11",)),
        ({"model": {"url": MODEL, "colour": 1}}, ("/model/colour",)),
        ({"model": {"url": MODEL, "make": {"url": MODEL, "founded": 1}}}, ("/model/make/founded",)),
        ({"sessions": [{"url": MODEL}, {"url": MODEL, "x": {}}]}, ("/sessions/1/x",)),
        ({"custom": {"anything": {"goes": 1}}}, ()),
        ({"labels": {"any": {"url": MODEL, "x": 1}}}, ("/labels/any/x",)),
        ({"area": {"type": "Line", "coordinates": [], "crs": None}}, ("/area/crs",)),
    ],
)
def test_unknown_fields_by_pointer(validators, charger, addition, unknown):
    assert validators.find_unknown_fields(CHARGER, charger | addition) == unknown


def test_parts_of_all_of_declare_together(validators, charger):
    assert validators.find_unknown_fields(DETAIL, charger | {"notes": "n", "power": 1}) == ()
    assert validators.find_unknown_fields(CHARGER, charger | {"notes": "n"}) == ("/notes",)
    assert validators.find_unknown_fields(DETAIL, charger | {"model": {"url": MODEL, "notes": "n"}}) == (
        "/model/notes",
    )


def test_an_invalid_body_does_not_make_its_neighbours_unknown(validators, charger):
    wrong = charger | {"power": "x", "model": {"url": 5, "make": MODEL}, "area": {"type": "Circle", "coordinates": []}}
    assert validators.find_unknown_fields(CHARGER, wrong) == ()


def test_unknown_fields_name_their_list_item(validators, list_operation, charger):
    pointer = list_operation.responses[0].media[0].schema
    assert validators.find_unknown_fields(pointer, [charger, charger | {"x": 1}]) == ("/1/x",)


@pytest.mark.parametrize("instance", [None, 5, "x", [], [[{"x": 1}]], {}])
def test_an_instance_of_another_type_has_no_unknown_fields(validators, instance):
    assert validators.find_unknown_fields(CHARGER, instance) == ()


@given(name=st.text(min_size=1), depth=st.sampled_from(["", "/model", "/model/make"]))
def test_any_undeclared_name_is_found_at_any_depth(validators, description, name, depth):
    assume(name not in description.resolve(CHARGER)["properties"] and name not in {"make", "name"})
    make = {"url": MODEL}
    model = {"url": MODEL, "make": make}
    body = {"id": "evse01HSH04KDEWF6Z4DB2J77J74K5", "url": MODEL, "model": model}
    {"": body, "/model": model, "/model/make": make}[depth][name] = 1
    escaped = name.replace("~", "~0").replace("/", "~1")
    assert validators.find_unknown_fields(CHARGER, body) == (f"{depth}/{escaped}",)


def test_seen_fields_are_pointers_of_property_schemas(validators, charger):
    seen = validators.find_seen_fields(DETAIL, charger | {"model": {"url": MODEL}, "notes": None, "x": 1})
    assert seen == {
        f"{CHARGER}/properties/id",
        f"{CHARGER}/properties/url",
        f"{CHARGER}/properties/model",
        "#/components/schemas/Model/properties/url",
        f"{DETAIL}/allOf/1/properties/notes",
    }
