"""One operation ignores Accept."""

from conformance.mock_server.seeded_faults import SeededFault, hook_at

FAULT = SeededFault(
    ("ERR-07",),
    "`Accept: image/png` gives 200 in one operation",
    lambda site: hook_at(
        site.pick(operation for operation in site.root_lists() if operation.find_response(406)),
        protocol=lambda _call, check, problem: None if check == "accept" else problem,
    ),
    difficulty="subtle",
    changes=("status", "headers", "body"),
)
