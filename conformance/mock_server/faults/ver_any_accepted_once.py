"""One operation serves any version."""

from conformance.mock_server.seeded_faults import Fault, at

FAULT = Fault(
    ("VER-02",),
    "EvEnergy-Version: 99 gives 200 in one operation",
    lambda site: at(
        site.pick(site.lists()), protocol=lambda _call, check, problem: None if check == "version" else problem
    ),
    difficulty="subtle",
    changes=("status", "headers", "body"),
)
