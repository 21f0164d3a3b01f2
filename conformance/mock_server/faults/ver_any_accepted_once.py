"""One operation serves any version."""

from conformance.mock_server.seeded_faults import SeededFault, hook_at

FAULT = SeededFault(
    ("VER-02",),
    "EvEnergy-Version: 99 gives 200 in one operation",
    lambda site: hook_at(
        site.pick(site.root_lists()), protocol=lambda _call, check, problem: None if check == "version" else problem
    ),
    difficulty="subtle",
    changes=("status", "headers", "body"),
)
