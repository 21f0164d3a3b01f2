"""Requirements on the API: one sentence each, with its level and source."""

from enum import StrEnum

import msgspec


class Level(StrEnum):
    """The strength of a requirement (RFC 2119, sections 1, 3 and 5)."""

    MUST = "MUST"
    SHOULD = "SHOULD"
    MAY = "MAY"


class Harm(StrEnum):
    """The harm of a violation to people, the gravest first; reports list causes of one level in this order."""

    SECRETS = "secrets"
    """Data or credentials reach somebody who may not have them."""
    DATA = "data"
    """Data are lost, wrong, or read wrongly."""
    ACCESS = "access"
    """Somebody cannot do what they are entitled to."""
    AVAILABILITY = "availability"
    """The service fails, or cannot be used within its limits."""
    FORM = "form"
    """Programs and developers are misled about form."""


class Kind(StrEnum):
    """The way in which a requirement is judged.

    STATIC reads the description, PASSIVE checks every exchange, PROBE sends requests of its own,
    RUN judges the whole run.
    """

    STATIC = "static"
    PASSIVE = "passive"
    PROBE = "probe"
    RUN = "run"


class Source(msgspec.Struct, frozen=True):
    """The source of a requirement: a document, its section and, if public, its address."""

    document: str
    section: str
    url: str = ""


class Requirement(msgspec.Struct, frozen=True):
    """One sentence that an API conforms to or not.

    `applies` names the selector (`conformance.applicability.selectors`) of the operations it concerns; `basis` names
    what the description must document for it (`conformance.applicability.bases`): elsewhere it is not applicable. A
    requirement that `needs_state` cannot be judged on a stateless mock. A violation of it `implies` those
    of the requirements named, which reports show under it. `seen` says how it is observed; `not_tested` is the reason
    why no probe exists, empty if one does; `why` says in one sentence what `harm` a violation does; `mend` says how to
    correct a violation, if that can be said for all.
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
    basis: tuple[str, ...] = ()
    needs_state: bool = False
    implies: tuple[str, ...] = ()
    harm: Harm = Harm.FORM
    why: str = ""

    @property
    def family(self) -> str:
        """Return the letters that its id begins with, as `EXP` of `EXP-04` and `W` of `W01`."""
        return self.id.rstrip("0123456789").rstrip("-")
