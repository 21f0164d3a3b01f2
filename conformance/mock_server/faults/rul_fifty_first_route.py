"""A user may save any number of routes."""

from conformance.mock_server.seeded_faults import SeededFault, forget_rule

FAULT = SeededFault(
    ("RUL-06",),
    "the fifty-first route is saved",
    forget_rule("POST /users/{user_id}/saved_routes", "most-saved-routes"),
    changes=("status", "headers", "body"),
)
