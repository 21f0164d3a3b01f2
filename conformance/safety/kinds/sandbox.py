"""The provider's sandbox: live, with other credentials."""

from conformance.safety.kind import Rules

KINDS = (
    Rules(
        name="sandbox",
        writes=False,
        hardware=False,
        known="https://api.ev.energy/v2",
        note="dummy data at the address of live",
        why="the sandbox shares its address with live: a wrong credential would write to real vehicles",
        token_in_url=False,
    ),
)
