"""A PATCH undoes the PATCH before it."""

from typing import Any

from conformance.mock_server.call import Call
from conformance.mock_server.faulting import Fault, Planted, Site, at
from conformance.mock_server.world.store import Record
from conformance.model import Effect, Role


def plant(site: Site) -> Planted | None:
    """Choose the PATCH of one resource that can also be created."""
    resources = site.world.shape.resources
    created = {o.resource for o in site.bodies(Role.CREATE) if o.effect is Effect.WRITE}
    before: dict[str, dict[str, Any]] = {}

    def undo(_call: Call, record: Record | None, changes: dict[str, Any]) -> dict[str, Any]:
        if record is None:
            return changes
        undone = {**before.get(record.path, {}), **changes}
        before[record.path] = {name: record.data.get(name) for name in changes if name in record.data}
        return undone

    return at(
        site.pick(
            o
            for o in site.bodies(Role.UPDATE)
            if o.resource in created
            and o.effect is Effect.WRITE
            and resources[o.resource].prefix
            and len(site.writable(o)) > 1
        ),
        apply=undo,
    )


FAULT = Fault(("WRT-02",), "a second PATCH takes back the first", plant, difficulty="subtle")
