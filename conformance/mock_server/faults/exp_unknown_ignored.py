"""An undocumented path to expand is ignored."""

from conformance.mock_server.seeded_faults import SeededFault, hook_everywhere

FAULT = SeededFault(
    ("EXP-10",),
    "`expand=nonsense` gives 200",
    lambda _site: hook_everywhere(parameter=lambda _call, name, problem: None if name == "expand" else problem),
    changes=("status", "headers", "body"),
)
