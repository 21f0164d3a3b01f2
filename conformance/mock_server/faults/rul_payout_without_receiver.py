"""A payout by PayPal or Venmo needs no receiver."""

from conformance.mock_server.seeded_faults import SeededFault, forget_rule

FAULT = SeededFault(
    ("RUL-01",),
    "money is to go to nobody",
    forget_rule("PATCH /users/{user_id}/payout_method", "receiver"),
    changes=("status", "headers", "body"),
    implies=("WRT-09",),
)
