"""A client names the receiver of bill credits."""

from conformance.mock_server.seeded_faults import SeededFault, forget_rule

FAULT = SeededFault(
    ("RUL-01",),
    "bill credits go to a receiver of the client's choice",
    forget_rule("PATCH /users/{user_id}/payout_method", "receiver-of-credits"),
    difficulty="subtle",
    changes=("status", "headers", "body"),
    implies=("WRT-09",),
    shown_by="rules",
)
