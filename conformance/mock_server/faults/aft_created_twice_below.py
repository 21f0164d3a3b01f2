"""A POST below another resource creates two things."""

from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at
from conformance.mock_server.world.store import Ref, StoredRecord
from conformance.model import Effect, KeyKind, Role


def install(site: FaultSite) -> InstalledFault | None:
    """Choose one creation below another resource."""
    world = site.world
    operation = site.pick(
        o
        for o in site.body_writes(Role.CREATE)
        if o.effect is Effect.WRITE and world.shape.resources[o.resource].key_kind is KeyKind.ID and "{" in o.path
    )

    def create_copy(call: ServerCall, response: ServerResponse) -> ServerResponse:
        path = str((response.body or {}).get("url", "")).removeprefix(call.base)
        record = world.store.by_path.get(path) if response.status == 201 else None
        if record is not None:
            resource = world.shape.resources[record.resource]
            key = world.create_key(resource, record.moment + 1, world.create_rng("copy", path))
            copy = StoredRecord(
                record.resource, key, world.build_path(resource, record.parent, key), record.parent, record.owner
            )
            copy.data = {**record.data, "id": key, "url": Ref(copy.path)}
            world.store.add(copy, quiet=True)
        return response

    return hook_at(operation, answer=create_copy)


FAULT = SeededFault(("AFT-01",), "one POST below another resource, two new members", install, changes=())
