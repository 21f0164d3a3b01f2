"""Problem types lead to another site."""

from conformance.mock_server.seeded_faults import Fault, anywhere, on_problem

FAULT = Fault(
    ("ERR-03",),
    "`type` begins with https://httpstatuses.example/",
    lambda _site: anywhere(
        answer=on_problem(lambda body: {**body, "type": "https://httpstatuses.example/400"} if "type" in body else body)
    ),
)
