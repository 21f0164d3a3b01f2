"""Problems of one status lack their detail."""

from conformance.mock_server.seeded_faults import SeededFault, hook_everywhere, on_problem

FAULT = SeededFault(
    ("ERR-01", "RSP-03"),
    "404 problems have no `detail`",
    lambda _site: hook_everywhere(
        answer=on_problem(lambda body: {k: v for k, v in body.items() if k != "detail"}, 404)
    ),
    difficulty="subtle",
    implies=("PTH-03",),
)
