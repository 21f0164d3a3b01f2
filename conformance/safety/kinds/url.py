"""Any other address."""

from conformance.safety.kind import Rules

KINDS = (
    Rules(
        name="url",
        writes=True,
        hardware=True,
        note="any other address: you must know which devices it controls",
    ),
)
