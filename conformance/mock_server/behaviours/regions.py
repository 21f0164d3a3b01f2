"""Regions made of polygons, and groups of them."""

from typing import Any

from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.world.store import Ref, StoredRecord
from conformance.mock_server.write_handler import WriteHandler


def _merge_polygons(geometries: list[dict[str, Any]]) -> dict[str, Any]:
    """Return one MultiPolygon of all given geometries."""
    polygons: list[Any] = []
    for geometry in geometries:
        polygons += [geometry["coordinates"]] if geometry["type"] == "Polygon" else geometry["coordinates"]
    return {"type": "MultiPolygon", "coordinates": polygons}


def create_region(writes: WriteHandler, call: ServerCall) -> ServerResponse:
    """Add a region; its geometries become one."""
    return writes.build_success_response(call, _add_region(writes, call, writes.read_body(call)))


def _add_region(writes: WriteHandler, call: ServerCall, body: dict[str, Any]) -> StoredRecord:
    known = {"geometry": _merge_polygons(body["geometries"]), "region_groups": body.get("region_groups", [])}
    region = writes.create_record(call, writes.world.shape.resources["regions"], None, {**body, **known})
    for link in region.data.get("region_groups", ()):
        group = writes.world.store.by_path[link]
        writes.world.store.change(group, {"regions": [*group.data["regions"], Ref(region.path)]})
    return region


def create_group(writes: WriteHandler, call: ServerCall) -> ServerResponse:
    """Add a group, and a region for each of its entries."""
    body = writes.read_body(call)
    group = writes.create_record(
        call, writes.world.shape.resources["region_groups"], None, {"name": body["name"], "regions": []}
    )
    for entry in body["regions"]:
        _add_region(writes, call, {**entry, "region_groups": [Ref(group.path)]})
    return writes.build_success_response(call, group)


def validate_group(writes: WriteHandler, call: ServerCall) -> ServerResponse:
    """Return what the creation of a group would report, without keeping anything."""
    body = writes.read_body(call)
    store = writes.world.store
    taken = any(group.data["name"] == body["name"] for group in store.iterate_records("region_groups"))
    regions = []
    for entry in body["regions"]:
        existing = next(
            (region for region in store.iterate_records("regions") if region.data["name"] == entry["name"]), None
        )
        shapes, count = len(entry["geometries"]), len(_merge_polygons(entry["geometries"])["coordinates"])
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
    valid = not taken and all(region["status"] == "OK" for region in regions)
    return ServerResponse(200, {"valid": valid, "group": group, "regions": regions})


ACTIONS = {
    "POST /regions": create_region,
    "POST /region_groups": create_group,
    "POST /region_groups:validate": validate_group,
}
