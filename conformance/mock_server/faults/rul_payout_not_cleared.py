"""Clearing a payout method returns 204 and keeps it."""

from conformance.mock_server.seeded_faults import SeededFault, forget_rule

FAULT = SeededFault(
    ("RUL-04",),
    "a cleared payout method is still there",
    forget_rule("DELETE /users/{user_id}/payout_method", "cleared-receiver"),
    changes=(),
)
