"""A number grows each time it is read."""

from itertools import count

from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at, match_type


def install(site: FaultSite) -> InstalledFault | None:
    """Choose one number of one resource."""
    choice = site.pick(site.with_property(site.root_items(), match_type("integer")))
    seen = count()
    return choice and hook_at(
        choice[0], item=lambda _c, _p, data: {**data, choice[1]: data[choice[1]] + next(seen) % 2}
    )


FAULT = SeededFault(("CON-01",), "two reads of one kind of member differ", install)
