"""Creations that add two members, as several seeded faults share them."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, hook_at
from conformance.mock_server.world.store import Ref, StoredRecord
from conformance.model import Effect, KeyKind, Operation, Role

Change = Callable[[dict[str, Any], ServerCall], dict[str, Any]]


def list_creations(site: FaultSite) -> Iterator[Operation]:
    """Yield the creations of records with ids that runs with writes carry out."""
    for operation in site.body_writes(Role.CREATE):
        resource = site.world.shape.resources[operation.resource]
        if operation.effect is Effect.WRITE and resource.key_kind is KeyKind.ID:
            yield operation


def list_root_creations(site: FaultSite) -> Iterator[Operation]:
    """Yield those of them at the root of the API, with few enough members to be read."""
    for operation in list_creations(site):
        if "{" not in operation.path and site.count_records(operation) < 200:
            yield operation


def create_twice(
    site: FaultSite, operations: Iterable[Operation], change: Change = lambda _data, _call: {}
) -> InstalledFault | None:
    """Return a hook that adds a copy of what one creation adds; `change` returns what differs in the copy."""
    world = site.world

    def create_copy(call: ServerCall, response: ServerResponse) -> ServerResponse:
        path = str((response.body or {}).get("url", "")).removeprefix(call.base)
        record = world.store.by_path.get(path) if response.status == 201 else None
        if record is not None:
            resource = world.shape.resources[record.resource]
            key = world.create_key(resource, record.moment + 1, world.create_rng("copy", path))
            copy = StoredRecord(
                record.resource, key, world.build_path(resource, record.parent, key), record.parent, record.owner
            )
            copy.data = {**record.data, "id": key, "url": Ref(copy.path), **change(record.data, call)}
            world.store.add(copy, quiet=True)
        return response

    return hook_at(site.pick(operations), answer=create_copy)
