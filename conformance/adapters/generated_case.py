"""A generated case, as the harness represents it."""

from enum import StrEnum

import msgspec

from conformance.model import Request


class GenerationMode(StrEnum):
    """The intention of the generator for a case; the request on the wire may differ from it."""

    POSITIVE = "positive"
    NEGATIVE = "negative"


class GenerationPhase(StrEnum):
    """The phase of generation that a case comes from."""

    COVERAGE = "coverage"  # enumerated by schemathesis: boundaries and one fault at a time
    FUZZING = "fuzzing"  # drawn by schemathesis from the seed
    DEFECT = "defect"  # enumerated by our own strategies: one bad value each
    COMBINATION = "combination"  # drawn by our own strategies from the seed: edges of several values together


class GeneratedCase(msgspec.Struct, frozen=True):
    """A request as generated, with known values in place of generated ones.

    `place` names what is invalid in a negative case, as `query:page_size` or `body`; empty if the generator does not
    say. `note` is the generator's description of the case.
    """

    operation: str
    mode: GenerationMode
    phase: GenerationPhase
    request: Request
    place: str = ""
    note: str = ""
