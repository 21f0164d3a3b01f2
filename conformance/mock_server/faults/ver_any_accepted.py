"""Any version is served."""

from conformance.mock_server.seeded_faults import SeededFault, hook_everywhere

FAULT = SeededFault(
    ("VER-02",),
    "EvEnergy-Version: 99 gives 200",
    lambda _site: hook_everywhere(protocol=lambda _call, check, problem: None if check == "version" else problem),
    changes=("status", "headers", "body"),
)
