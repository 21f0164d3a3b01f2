"""A new thing lacks one field that was sent."""

from conformance.mock_server.faulting import Fault, Planted, Site, at
from conformance.model import Role


def plant(site: Site) -> Planted | None:
    """One optional or required field of one POST that a read shows."""
    options = [
        (operation, name)
        for operation in site.bodies(Role.CREATE)
        for name, schema in site.writable(operation).items()
        if name in site.properties(operation) and schema.get("type") in ("string", "integer", "boolean")
    ]
    found = site.pick(each for each in options if site.world.shape.resources[each[0].resource].key_field != each[1])
    return found and at(found[0], apply=lambda _c, _r, changes: {k: v for k, v in changes.items() if k != found[1]})


FAULT = Fault(("WRT-01",), "a field of a POST is not kept", plant)
