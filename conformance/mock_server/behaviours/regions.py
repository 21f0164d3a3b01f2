"""Regions made of polygons, and groups of them."""

from typing import Any

from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.problems import Problem, build_rejected
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
    body = _read_body(writes, call)
    _refuse_taken_regions(writes, call, [body["name"]])
    return writes.build_success_response(call, _add_region(writes, call, body))


def _read_body(writes: WriteHandler, call: ServerCall) -> dict[str, Any]:
    """Return the validated body.

    Raises: Problem, with status 422 for its content.
    """
    try:
        return writes.read_body(call)
    except Problem as problem:
        problem.status = 422 if problem.errors is not None else problem.status
        raise


def _find_named(writes: WriteHandler, resource: str, name: str) -> StoredRecord | None:
    return next((r for r in writes.world.store.iterate_records(resource) if r.data["name"] == name), None)


def _refuse_taken_regions(writes: WriteHandler, call: ServerCall, names: list[str]) -> None:
    """Refuse names of regions that exist, with all conflicts in one problem."""
    taken = [(name, region) for name in names if (region := _find_named(writes, "regions", name)) is not None]
    if taken and writes.reads.is_enforced(call, "unique-regions"):
        conflicts = [{"name": name, "existing_region": call.base + region.path} for name, region in taken]
        raise Problem(409, "region-name-conflict", "A region of this name exists.", members={"conflicts": conflicts})


def _add_region(writes: WriteHandler, call: ServerCall, body: dict[str, Any]) -> StoredRecord:
    known = {"geometry": _merge_polygons(body["geometries"]), "region_groups": body.get("region_groups", [])}
    region = writes.create_record(call, writes.world.shape.resources["regions"], None, {**body, **known})
    for link in region.data.get("region_groups", ()):
        group = writes.world.store.by_path[link]
        writes.world.store.change(group, {"regions": [*group.data["regions"], Ref(region.path)]})
    return region


def _refuse_group(writes: WriteHandler, call: ServerCall, body: dict[str, Any]) -> None:
    """Refuse a group whose name is taken, with doubles among its regions, or with regions that exist."""
    names = [entry["name"] for entry in body["regions"]]
    if len(set(names)) < len(names) and writes.reads.is_enforced(call, "distinct-regions"):
        problem = build_rejected(call.operation, {"regions": ["Name each region once."]})
        problem.status = 422
        raise problem
    existing = _find_named(writes, "region_groups", body["name"])
    if existing is not None and writes.reads.is_enforced(call, "unique-groups"):
        raise Problem(
            409,
            "region-group-name-conflict",
            "A group of this name exists.",
            members={"existing_region_group": call.base + existing.path},
        )
    if writes.reads.is_enforced(call, "whole-group"):
        _refuse_taken_regions(writes, call, names)


def create_group(writes: WriteHandler, call: ServerCall) -> ServerResponse:
    """Add a group, and a region for each of its entries."""
    body = _read_body(writes, call)
    _refuse_group(writes, call, body)
    group = writes.create_record(
        call, writes.world.shape.resources["region_groups"], None, {"name": body["name"], "regions": []}
    )
    for entry in body["regions"]:
        _add_region(writes, call, {**entry, "region_groups": [Ref(group.path)]})
    return writes.build_success_response(call, group)


def validate_group(writes: WriteHandler, call: ServerCall) -> ServerResponse:
    """Return what the creation of a group would report, without keeping anything."""
    body = _read_body(writes, call)
    store = writes.world.store
    names = [entry["name"] for entry in body["regions"]]
    taken = any(group.data["name"] == body["name"] for group in store.iterate_records("region_groups"))
    regions = []
    for entry in body["regions"]:
        existing = next(
            (region for region in store.iterate_records("regions") if region.data["name"] == entry["name"]), None
        )
        problems = ["A region of this name exists."] if existing else []
        problems += ["Another region of the group has this name."] if names.count(entry["name"]) > 1 else []
        shapes, count = len(entry["geometries"]), len(_merge_polygons(entry["geometries"])["coordinates"])
        regions.append({
            "name": entry["name"],
            "status": "NAME_EXISTS" if existing else "INVALID" if problems else "OK",
            "problems": problems,
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
