"""The source of a state of charge stays when a person enters one."""

from conformance.mock_server.seeded_faults import SeededFault, forget_rule

FAULT = SeededFault(
    ("RUL-05",),
    "an entered state of charge has no or another source",
    forget_rule("PATCH /vehicles/{vehicle_id}/state_of_charge", "source-of-charge"),
    difficulty="subtle",
    changes=("body",),
)
