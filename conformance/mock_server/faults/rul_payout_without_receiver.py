"""A payout by PayPal or Venmo needs no receiver."""

from conformance.mock_server.seeded_faults import SeededFault, forget_rule

FAULT = SeededFault(
    ("RUL-01",),
    "a payout has no receiver",
    forget_rule("PATCH /users/{user_id}/payout_method", "receiver"),
    changes=("status", "headers", "body"),
    implies=("WRT-09",),
)
