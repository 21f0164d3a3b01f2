"""Production."""

from conformance.safety.kind import Rules

KINDS = (
    Rules(
        name="live",
        writes=False,
        hardware=False,
        known="https://api.ev.energy/v2",
        note="production: real vehicles, chargers, people and money",
        why="real vehicles and chargers hang on live",
        token_in_url=False,
    ),
)
