"""One read does not check scopes."""

from conformance.mock_server.seeded_faults import SeededFault, hook_at

FAULT = SeededFault(
    ("AUT-03",),
    "one read works without its scope",
    lambda site: hook_at(
        site.pick(site.secured_operations()),
        admit=lambda _c, problem: None if problem and problem.status == 403 else problem,
    ),
    changes=("status", "headers", "body"),
)
