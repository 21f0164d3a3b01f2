"""A missing number is sent as NaN."""

import re

from conformance.mock_server.seeded_faults import Fault, Planted, Site, at, kind


def plant(site: Site) -> Planted | None:
    """Choose the first number of that name in a list."""
    choice = site.pick(site.with_property(site.lists(), kind("integer", "number")))
    pattern = re.compile(b'("' + choice[1].encode() + rb'":)-?[0-9.]+') if choice else None
    return choice and at(choice[0], raw=lambda _c, _a, body: pattern.sub(rb"\1NaN", body, count=1) if pattern else body)


FAULT = Fault(("RSP-09",), "one list holds NaN", plant, changes=("headers", "body"))
