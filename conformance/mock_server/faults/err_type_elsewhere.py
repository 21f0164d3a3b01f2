"""Problem types lead to another site."""

from conformance.mock_server.seeded_faults import SeededFault, hook_everywhere, on_problem

FAULT = SeededFault(
    ("ERR-03",),
    "`type` begins with https://httpstatuses.example/",
    lambda _site: hook_everywhere(
        answer=on_problem(lambda body: {**body, "type": "https://httpstatuses.example/400"} if "type" in body else body)
    ),
)
