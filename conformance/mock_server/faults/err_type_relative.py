"""Problem types of refused parameters are relative."""

from conformance.mock_server.seeded_faults import Fault, anywhere, on_problem

FAULT = Fault(
    ("ERR-03",),
    "`type` of 400 problems has no scheme and host",
    lambda _site: anywhere(
        answer=on_problem(
            lambda body: (
                {**body, "type": "/problems/" + body["type"].partition("/problems/")[2]} if "type" in body else body
            ),
            400,
        )
    ),
    difficulty="subtle",
    implies=("RSP-03",),
)
