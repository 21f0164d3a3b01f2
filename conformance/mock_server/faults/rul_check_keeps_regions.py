"""The check of a region group creates the regions that it finds valid."""

import msgspec

from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at
from conformance.mock_server.world.store import Ref, StoredRecord


def install(site: FaultSite) -> InstalledFault | None:
    """Add a copy of an existing region under each name that was checked."""
    world = site.world
    operation = site.model.operations_by_key.get("POST /region_groups:validate")
    model = next(world.store.iterate_records("regions"), None)
    if model is None:
        return None

    def keep_regions(call: ServerCall, response: ServerResponse) -> ServerResponse:
        for name in _list_valid_names(call, response):
            resource = world.shape.resources["regions"]
            key = world.create_key(resource, model.moment, world.create_rng("checked", name))
            record = StoredRecord("regions", key, world.build_path(resource, None, key), None, model.owner)
            record.data = {**model.data, "id": key, "url": Ref(record.path), "name": name, "region_groups": []}
            world.store.add(record)
        return response

    return hook_at(operation, answer=keep_regions)


def _list_valid_names(call: ServerCall, response: ServerResponse) -> list[str]:
    is_valid = response.status == 200 and isinstance(response.body, dict) and response.body.get("valid")
    return [entry["name"] for entry in msgspec.json.decode(call.body)["regions"]] if is_valid else []


FAULT = SeededFault(
    ("RUL-04",),
    "a check of a region group writes",
    install,
    changes=(),
    shown_by="rules",
)
