"""Problem types of refused parameters are relative."""

from conformance.mock_server.seeded_faults import SeededFault, hook_everywhere, on_problem

FAULT = SeededFault(
    ("ERR-03",),
    "`type` of 400 problems has no scheme and host",
    lambda _site: hook_everywhere(
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
