"""Production."""

from conformance.safety.kind import Rules

KINDS = (
    Rules(
        name="live",
        writes=False,
        hardware=False,
        known="https://api.ev.energy/v2",
        note="production: real vehicles, chargers, people and money",
        why="live controls real vehicles and chargers",
        token_in_url=False,
    ),
)
