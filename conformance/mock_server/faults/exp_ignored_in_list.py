"""One expansion does nothing in a list."""

from conformance.mock_server.faulting import Fault, Planted, Site, at
from conformance.model import Role


def plant(site: Site) -> Planted | None:
    """One expansion of a list, with what lies below it."""
    found = site.pick(site.expansions(Role.LIST))
    return found and at(
        found[0], tree=lambda _call, paths: tuple(each for each in paths if each.split(".")[0] != found[1].path)
    )


FAULT = Fault(("EXP-02", "EXP-09"), "one documented `expand` of a list leaves the URL", plant, implies=("EXP-08",))
