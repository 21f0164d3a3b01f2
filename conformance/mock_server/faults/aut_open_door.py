"""One operation works without a token."""

from conformance.mock_server.seeded_faults import SeededFault, hook_at

FAULT = SeededFault(
    ("AUT-01",),
    "one secured list works without a token",
    lambda site: hook_at(
        site.pick(operation for operation in site.secured_operations() if "{" not in operation.path),
        admit=lambda _call, problem: None if problem and problem.status == 401 else problem,
    ),
    changes=("status", "headers", "body"),
)
