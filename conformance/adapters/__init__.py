"""The one door to schemathesis: its generated cases as requests of ours. Its checks and transport stay outside."""

from conformance.adapters.generated import GeneratedCase, Mode, Phase
from conformance.adapters.schemathesis_door import Door

__all__ = ["Door", "GeneratedCase", "Mode", "Phase"]
