"""PATCH changes every member of the collection, like an UPDATE without WHERE."""

from typing import Any

from conformance.mock_server.call import Call
from conformance.mock_server.seeded_faults import Fault, Planted, Site, at
from conformance.mock_server.world.store import Record
from conformance.model import Role


def plant(site: Site) -> Planted | None:
    """Choose one PATCH of a member of a collection."""
    operation = site.pick(o for o in site.bodies(Role.UPDATE) if o.path.endswith("}"))

    def change_neighbours(_call: Call, record: Record, changes: dict[str, Any]) -> dict[str, Any]:
        for neighbour in site.beside(record):
            site.world.store.change(neighbour, changes, quiet=True)
        return changes

    return at(operation, apply=change_neighbours)


FAULT = Fault(("WRT-02",), "a PATCH of one thing changes all of its kind", plant)
