"""One operation ignores Accept."""

from conformance.mock_server.seeded_faults import Fault, at

FAULT = Fault(
    ("ERR-07",),
    "`Accept: image/png` gives 200 in one operation",
    lambda site: at(
        site.pick(operation for operation in site.lists() if operation.response(406)),
        protocol=lambda _call, check, problem: None if check == "accept" else problem,
    ),
    difficulty="subtle",
    changes=("status", "headers", "body"),
)
