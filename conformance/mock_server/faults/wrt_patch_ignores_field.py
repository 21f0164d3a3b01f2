"""PATCH ignores one field."""

from conformance.mock_server.faulting import Fault, Planted, Site, at
from conformance.model import Role


def plant(site: Site) -> Planted | None:
    """One field of one PATCH."""
    options = [
        (operation, name)
        for operation in site.bodies(Role.UPDATE)
        for name in site.writable(operation)
        if name in site.properties(operation) and len(site.writable(operation)) > 1
    ]
    found = site.pick(options)
    return found and at(found[0], apply=lambda _c, _r, changes: {k: v for k, v in changes.items() if k != found[1]})


FAULT = Fault(("WRT-02",), "a PATCH of one field changes nothing", plant, difficulty="subtle")
