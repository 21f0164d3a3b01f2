"""A POST removes the oldest member of the collection."""

from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at
from conformance.model import Effect, KeyKind, Role


def install(site: FaultSite) -> InstalledFault | None:
    """Choose one creation."""
    world = site.world
    operation = site.pick(
        o
        for o in site.body_writes(Role.CREATE)
        if o.effect is Effect.WRITE and world.shape.resources[o.resource].key_kind is KeyKind.ID
    )

    def drop_oldest(call: ServerCall, response: ServerResponse) -> ServerResponse:
        path = str((response.body or {}).get("url", "")).removeprefix(call.base)
        record = world.store.by_path.get(path) if response.status == 201 else None
        if record is not None:
            members = world.store.get_collection(record.resource, record.parent.path if record.parent else "")
            world.store.remove(next(iter(members)))
        return response

    return hook_at(operation, answer=drop_oldest)


FAULT = SeededFault(
    ("AFT-01",), "a new member takes the place of the oldest one", install, difficulty="subtle", changes=(),
    implies=("WRT-04", "LNK-02", "LNK-03", "IDS-03"),
)  # fmt: skip
