"""The response to a PATCH expands nothing."""

from conformance.mock_server.seeded_faults import Fault, Planted, Site, at
from conformance.model import Role


def plant(site: Site) -> Planted | None:
    """Choose one PATCH that documents `expand`."""
    choice = site.pick(
        operation for operation, _ in site.expansions(Role.UPDATE) if operation in site.bodies(Role.UPDATE)
    )
    return at(choice, tree=lambda _call, _paths: ())


FAULT = Fault(("EXP-02",), "the documented `expand` of one PATCH leaves the URL", plant)
