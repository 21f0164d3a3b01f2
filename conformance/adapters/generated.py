"""A generated case, in our words."""

from enum import StrEnum

import msgspec

from conformance.model import Request


class Mode(StrEnum):
    """What the generator means a case to be; the wire may say otherwise."""

    POSITIVE = "positive"
    NEGATIVE = "negative"


class Phase(StrEnum):
    """Where a case comes from."""

    COVERAGE = "coverage"  # enumerated: boundaries and one fault at a time
    FUZZING = "fuzzing"  # drawn from the seed


class GeneratedCase(msgspec.Struct, frozen=True):
    """A request as generated, with real values where they were known.

    `place` names what is wrong in a negative case, as `query:page_size` or `body`; empty where the generator does not
    tell. `note` says in its words what was done.
    """

    operation: str
    mode: Mode
    phase: Phase
    request: Request
    place: str = ""
    note: str = ""
