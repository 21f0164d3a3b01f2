"""Problems of one status lack their detail."""

from conformance.mock_server.seeded_faults import Fault, anywhere, on_problem

FAULT = Fault(
    ("ERR-01", "RSP-03"),
    "404 problems have no `detail`",
    lambda _site: anywhere(answer=on_problem(lambda body: {k: v for k, v in body.items() if k != "detail"}, 404)),
    difficulty="subtle",
)
