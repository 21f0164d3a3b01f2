"""`status` in 403 problems is 401."""

from conformance.mock_server.seeded_faults import SeededFault, hook_everywhere, on_problem

FAULT = SeededFault(
    ("ERR-02",),
    "a 403 calls itself 401",
    lambda _site: hook_everywhere(answer=on_problem(lambda body: {**body, "status": 401}, 403)),
    difficulty="subtle",
)
