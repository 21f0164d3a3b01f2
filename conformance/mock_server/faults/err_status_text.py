"""`status` in problems is a string."""

from conformance.mock_server.seeded_faults import Fault, anywhere, on_problem

FAULT = Fault(
    ("ERR-02", "RSP-03"),
    "`status` is a string",
    lambda _site: anywhere(answer=on_problem(lambda body: {**body, "status": str(body["status"])})),
)
