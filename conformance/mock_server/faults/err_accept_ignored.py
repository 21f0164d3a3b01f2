"""The response is JSON, whatever Accept says."""

from conformance.mock_server.seeded_faults import SeededFault, hook_everywhere

FAULT = SeededFault(
    ("ERR-07",),
    "`Accept: image/png` gives 200",
    lambda _site: hook_everywhere(protocol=lambda _call, check, problem: None if check == "accept" else problem),
    changes=("status", "headers", "body"),
)
