"""The adapter to schemathesis: its generated cases as requests of the harness, without its checks and transport.

The adapter itself is in `schemathesis_door`: a run whose cases are on disk need not import schemathesis.
"""

from conformance.adapters.generated_case import GeneratedCase, GenerationMode, GenerationPhase

__all__ = ["GeneratedCase", "GenerationMode", "GenerationPhase"]
