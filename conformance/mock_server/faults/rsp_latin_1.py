"""One resource is encoded in ISO 8859-1."""

import re

from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at, match_type


def install(site: FaultSite) -> InstalledFault | None:
    """Choose a name, and add an accent that is encoded in one byte."""
    choice = site.pick(site.with_property(site.root_items(), match_type("string")))
    pattern = re.compile(b'("' + choice[1].encode() + b'":")([^"]*)"') if choice else None
    return choice and hook_at(
        choice[0], raw=lambda _c, _a, body: pattern.sub(rb"\1\2" + b'\xe9"', body, count=1) if pattern else body
    )


FAULT = SeededFault(("RSP-09",), "the body of one kind of member is not UTF-8", install, changes=("headers", "body"))
