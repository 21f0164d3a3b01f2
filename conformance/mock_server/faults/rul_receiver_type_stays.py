"""The type of a payout stays when its wallet changes."""

from conformance.mock_server.seeded_faults import SeededFault, forget_rule

FAULT = SeededFault(
    ("RUL-05",),
    "a payout by Venmo goes to an e-mail address",
    forget_rule("PATCH /users/{user_id}/payout_method", "type-of-receiver"),
    changes=("body",),
)
