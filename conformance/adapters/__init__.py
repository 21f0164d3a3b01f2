"""The one door to schemathesis: its generated cases as requests of ours. Its checks and transport stay outside.

The door itself is in `schemathesis_door`, for runs whose cases are at hand need not load schemathesis.
"""

from conformance.adapters.generated import GeneratedCase, Mode, Phase

__all__ = ["GeneratedCase", "Mode", "Phase"]
