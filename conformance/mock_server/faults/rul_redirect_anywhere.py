"""Onboarding redirects to any address."""

from conformance.mock_server.seeded_faults import SeededFault, forget_rule

FAULT = SeededFault(
    ("RUL-02",),
    "a redirect to an unregistered host is promised",
    forget_rule("GET /vehicle_onboarding", "registered-redirect"),
    difficulty="subtle",
    changes=("status", "headers", "body"),
    shown_by="rules",
)
