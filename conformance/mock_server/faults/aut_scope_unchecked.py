"""One read does not check scopes."""

from conformance.mock_server.seeded_faults import Fault, at

FAULT = Fault(
    ("AUT-03",),
    "one read works without its scope",
    lambda site: at(
        site.pick(site.secured()), admit=lambda _c, problem: None if problem and problem.status == 403 else problem
    ),
    changes=("status", "headers", "body"),
)
