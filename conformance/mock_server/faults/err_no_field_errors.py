"""Refused writes do not name the invalid field."""

from conformance.mock_server.seeded_faults import SeededFault, hook_everywhere, on_problem

FAULT = SeededFault(
    ("ERR-04",),
    "a refused write has no `field_errors`",
    lambda _site: hook_everywhere(
        answer=on_problem(lambda body: {k: v for k, v in body.items() if k != "field_errors"})
    ),
)
