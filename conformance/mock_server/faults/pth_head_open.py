"""HEAD on one list needs no token."""

from conformance.mock_server.seeded_faults import SeededFault, hook_at, open_to_strangers

FAULT = SeededFault(
    ("PTH-01",),
    "HEAD on one list gives 200 without a token, GET gives 401",
    lambda site: hook_at(
        site.pick(operation for operation in site.secured_operations() if "{" not in operation.path),
        admit=open_to_strangers(lambda call: call.method == "HEAD", 401),
    ),
    changes=("status", "headers", "body"),
)
