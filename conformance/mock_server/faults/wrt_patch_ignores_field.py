"""PATCH ignores one field."""

from conformance.mock_server.seeded_faults import Fault, Planted, Site, at
from conformance.model import Role


def plant(site: Site) -> Planted | None:
    """Choose one field of one PATCH."""
    options = [
        (operation, name)
        for operation in site.bodies(Role.UPDATE)
        for name in site.writable(operation)
        if name in site.properties(operation) and len(site.writable(operation)) > 1
    ]
    choice = site.pick(options)
    return choice and at(choice[0], apply=lambda _c, _r, changes: {k: v for k, v in changes.items() if k != choice[1]})


FAULT = Fault(("WRT-02",), "a PATCH of one field changes nothing", plant, difficulty="subtle")
