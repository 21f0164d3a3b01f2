"""`status` in problems is a string."""

from conformance.mock_server.seeded_faults import SeededFault, hook_everywhere, on_problem

FAULT = SeededFault(
    ("ERR-02", "RSP-03"),
    "`status` is a string",
    lambda _site: hook_everywhere(answer=on_problem(lambda body: {**body, "status": str(body["status"])})),
)
