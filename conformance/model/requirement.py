"""What the API must do: one sentence each, with its level and where it comes from."""

from enum import StrEnum

import msgspec


class Level(StrEnum):
    """How strongly a requirement binds (RFC 2119, sections 1, 3 and 5)."""

    MUST = "MUST"
    SHOULD = "SHOULD"
    MAY = "MAY"


class Kind(StrEnum):
    """How a requirement is judged.

    STATIC reads the description, PASSIVE looks at every exchange, PROBE sends requests of its own,
    RUN folds what the whole run saw.
    """

    STATIC = "static"
    PASSIVE = "passive"
    PROBE = "probe"
    RUN = "run"


class Source(msgspec.Struct, frozen=True):
    """Where a requirement comes from: a document, its section and, where public, an address."""

    document: str
    section: str
    url: str = ""


class Requirement(msgspec.Struct, frozen=True):
    """One sentence that an API conforms to or not.

    `applies` names the selector (`conformance.plan.SELECTORS`) of the operations it binds; `seen` tells in words how it
    is observed; `not_tested` is the reason why no probe exists, empty where one does; `mend` says
    what to do where it fails, where that can be said for all.
    """

    id: str
    level: Level
    statement: str
    source: Source
    kind: Kind
    applies: str
    seen: str = ""
    not_tested: str = ""
    mend: str = ""

    @property
    def family(self) -> str:
        """The letters that its id begins with, as `EXP` of `EXP-04` and `W` of `W01`."""
        return self.id.rstrip("0123456789").rstrip("-")
