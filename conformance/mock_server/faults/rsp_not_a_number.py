"""A missing number is sent as NaN."""

import re

from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at, match_type


def install(site: FaultSite) -> InstalledFault | None:
    """Choose the first number of that name in a list."""
    choice = site.pick(site.with_property(site.root_lists(), match_type("integer", "number")))
    pattern = re.compile(b'("' + choice[1].encode() + rb'":)-?[0-9.]+') if choice else None
    return choice and hook_at(
        choice[0], raw=lambda _c, _a, body: pattern.sub(rb"\1NaN", body, count=1) if pattern else body
    )


FAULT = SeededFault(("RSP-09",), "one list holds NaN", install, changes=("headers", "body"))
