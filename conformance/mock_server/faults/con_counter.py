"""A number grows each time it is read."""

from itertools import count

from conformance.mock_server.seeded_faults import Fault, Planted, Site, at, kind


def plant(site: Site) -> Planted | None:
    """Choose one number of one resource."""
    choice = site.pick(site.with_property(site.items(), kind("integer")))
    seen = count()
    return choice and at(choice[0], item=lambda _c, _p, data: {**data, choice[1]: data[choice[1]] + next(seen) % 2})


FAULT = Fault(("CON-01",), "two reads of one kind of member differ", plant)
