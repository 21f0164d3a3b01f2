"""A missing number is sent as NaN."""

import re

from conformance.mock_server.faulting import Fault, Planted, Site, at, kind


def plant(site: Site) -> Planted | None:
    """The first number of that name in a list."""
    found = site.pick(site.with_property(site.lists(), kind("integer", "number")))
    pattern = re.compile(b'("' + found[1].encode() + rb'":)-?[0-9.]+') if found else None
    return found and at(found[0], raw=lambda _c, _a, body: pattern.sub(rb"\1NaN", body, count=1) if pattern else body)


FAULT = Fault(("RSP-09",), "one list holds NaN", plant, changes=("headers", "body"))
