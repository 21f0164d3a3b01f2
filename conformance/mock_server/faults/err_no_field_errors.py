"""Refused writes do not name the invalid field."""

from conformance.mock_server.seeded_faults import Fault, anywhere, on_problem

FAULT = Fault(
    ("ERR-04",),
    "a refused write has no `field_errors`",
    lambda _site: anywhere(answer=on_problem(lambda body: {k: v for k, v in body.items() if k != "field_errors"})),
)
