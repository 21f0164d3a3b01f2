"""Regions made of polygons, and groups of them."""

from typing import Any

from conformance.mock_server.call import Answer, Call
from conformance.mock_server.world.store import Record, Ref
from conformance.mock_server.writes import Writes


def _polygons(geometries: list[dict[str, Any]]) -> dict[str, Any]:
    """One MultiPolygon of everything given."""
    found: list[Any] = []
    for each in geometries:
        found += [each["coordinates"]] if each["type"] == "Polygon" else each["coordinates"]
    return {"type": "MultiPolygon", "coordinates": found}


def create(writes: Writes, call: Call) -> Answer:
    """A region; its geometries become one."""
    return writes.done(call, _region(writes, call, writes.body(call)))


def _region(writes: Writes, call: Call, body: dict[str, Any]) -> Record:
    known = {"geometry": _polygons(body["geometries"]), "region_groups": body.get("region_groups", [])}
    region = writes.create(call, writes.world.shape.resources["regions"], None, {**body, **known})
    for link in region.data.get("region_groups", ()):
        group = writes.world.store.by_path[link]
        writes.world.store.change(group, {"regions": [*group.data["regions"], Ref(region.path)]})
    return region


def create_group(writes: Writes, call: Call) -> Answer:
    """A group, and a region for each of its entries."""
    body = writes.body(call)
    group = writes.create(
        call, writes.world.shape.resources["region_groups"], None, {"name": body["name"], "regions": []}
    )
    for entry in body["regions"]:
        _region(writes, call, {**entry, "region_groups": [Ref(group.path)]})
    return writes.done(call, group)


def validate(writes: Writes, call: Call) -> Answer:
    """What creating a group would say; nothing is kept."""
    body = writes.body(call)
    store = writes.world.store
    taken = any(each.data["name"] == body["name"] for each in store.all("region_groups"))
    regions = []
    for entry in body["regions"]:
        existing = next((each for each in store.all("regions") if each.data["name"] == entry["name"]), None)
        shapes, count = len(entry["geometries"]), len(_polygons(entry["geometries"])["coordinates"])
        regions.append({
            "name": entry["name"],
            "status": "NAME_EXISTS" if existing else "OK",
            "problems": ["A region of this name exists."] if existing else [],
            "computed": {"geometry_count": shapes, "resulting_polygon_count": count, "area_sq_km": 1.0},
            "existing_region": call.base + existing.path if existing else None,
        })  # fmt: skip
    group = {
        "name": body["name"],
        "status": "NAME_EXISTS" if taken else "AVAILABLE",
        "problems": ["A group of this name exists."] if taken else [],
    }
    valid = not taken and all(each["status"] == "OK" for each in regions)
    return Answer(200, {"valid": valid, "group": group, "regions": regions})


ACTIONS = {"POST /regions": create, "POST /region_groups": create_group, "POST /region_groups:validate": validate}
