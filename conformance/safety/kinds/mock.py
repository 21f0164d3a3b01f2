"""The provider's hosted mock, or any other stateless mock."""

from conformance.safety.kind import Rules

KINDS = (
    Rules(
        name="mock",
        writes=True,
        hardware=True,
        known="https://developers.ev.energy/_mock/ev.energy-api-v2",
        note="the hosted mock, or any stateless mock: it stores nothing, so a write proves little",
    ),
)
