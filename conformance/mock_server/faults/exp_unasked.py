"""A link is expanded without being asked for."""

from conformance.mock_server.faulting import Fault, Planted, Site, at
from conformance.model import Role


def plant(site: Site) -> Planted | None:
    """One expansion of a single read."""
    found = site.pick(site.expansions(Role.ITEM))
    return at(found[0], tree=lambda _call, paths: tuple(sorted({*paths, found[1].path}))) if found else None


FAULT = Fault(("EXP-01",), "GET of one kind of member expands a link always", plant, implies=("CON-02", "EXP-04"))
