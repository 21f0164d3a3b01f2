"""The built-in server."""

from conformance.safety.kind import Rules

KINDS = (
    Rules(
        name="builtin",
        writes=True,
        hardware=True,
        note="the built-in server, started for the run: its data is generated",
    ),
)
