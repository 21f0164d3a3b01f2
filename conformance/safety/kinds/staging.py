"""The provider's staging system."""

from conformance.safety.kind import Rules

KINDS = (
    Rules(
        name="staging",
        writes=True,
        hardware=True,
        known="https://api-staging.ev.energy/v2",
        owns_host=True,
        note="the provider's own test system: test data, and perhaps test hardware",
    ),
)
