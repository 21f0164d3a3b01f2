"""A region group that is refused for one region keeps the others."""

import msgspec

from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at
from conformance.mock_server.world.store import Ref, StoredRecord


def install(site: FaultSite) -> InstalledFault | None:
    """Add a copy of an existing region under each new name of a refused group."""
    world = site.world
    operation = site.model.operations_by_key.get("POST /region_groups")
    model = next(world.store.iterate_records("regions"), None)
    if model is None:
        return None

    def keep_parts(call: ServerCall, response: ServerResponse) -> ServerResponse:
        taken = {record.data["name"] for record in world.store.iterate_records("regions")}
        entries = msgspec.json.decode(call.body)["regions"] if response.status == 409 else ()
        for name in (entry["name"] for entry in entries if entry["name"] not in taken):
            resource = world.shape.resources["regions"]
            key = world.create_key(resource, model.moment, world.create_rng("part", name))
            record = StoredRecord("regions", key, world.build_path(resource, None, key), None, model.owner)
            record.data = {**model.data, "id": key, "url": Ref(record.path), "name": name, "region_groups": []}
            world.store.add(record)
        return response

    return hook_at(operation, answer=keep_parts)


FAULT = SeededFault(
    ("RUL-07",),
    "some regions of a group that gave 409 exist",
    install,
    difficulty="subtle",
    changes=(),
    shown_by="rules",
)
