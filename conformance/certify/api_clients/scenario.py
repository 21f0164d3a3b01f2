"""One condition on one task, and what a right client does then. Frozen."""

from collections.abc import Callable
from enum import StrEnum

import msgspec

from conformance.certify.api_clients.conditions import Rule
from conformance.certify.api_clients.trace import Trace
from conformance.certify.found import Found
from conformance.model import Level, Verdict

Judge = Callable[[Trace], Found]


class Certificate(StrEnum):
    """What a case shows at the beginning of TLS; NONE is plain http on loopback."""

    NONE = "none"
    TRUSTED = "one that EVCONFORM_CA_FILE vouches for"
    EXPIRED = "one that expired yesterday"
    STRANGER = "one signed by an authority of its own"
    OTHER_HOST = "one for another host"
    OLD_TLS = "a trusted one, over TLS 1.1"


class Scenario(msgspec.Struct, frozen=True):
    """What the server does differently in a case of a task, and the judge of what the client then does.

    `name` is the case's in addresses; `condition` completes "the server …", `right` what a right client does. Without
    rules the run of the task without any condition is judged. `beside` names the scenario that this one is compared
    with; one without a judge is there for that alone. `seconds` is how long a slow but right client may need.
    """

    name: str
    requirement: str
    task: str
    condition: str
    right: str
    judge: Judge | None
    rules: tuple[Rule, ...] = ()
    level: Level = Level.MUST
    beside: str = ""
    seconds: float = 30.0
    certificate: Certificate = Certificate.NONE

    @property
    def control(self) -> bool:
        """Whether it changes nothing, so that the task's control is what it judges."""
        return not self.rules and self.certificate is Certificate.NONE


class Passive(msgspec.Struct, frozen=True):
    """A requirement judged on everything that a client sent in all cases. `right` is what a right client does.

    `judge` gives a verdict for each thing that there is to judge; where it gives none, `nothing` says what never came.
    `task` is the one that should have shown some, empty where any may.
    """

    requirement: str
    right: str
    nothing: str
    judge: Callable[["Everything"], tuple["Judged", ...]]
    task: str = ""


class Everything(msgspec.Struct, frozen=True):
    """All cases by name, and what a judge of them needs to know of the API.

    By operation: `scopes` that it needs, `expansions` that its `expand` documents, `references` are the properties of
    its body that hold URLs. `user_needed` are the operations that need a user's name.
    """

    traces: dict[str, Trace]
    scopes: dict[str, frozenset[str]]
    expansions: dict[str, frozenset[str]]
    references: dict[str, frozenset[str]]
    user_needed: frozenset[str]
    public: bool = False


class Judged(msgspec.Struct, frozen=True):
    """A verdict of a passive judge, and the exchanges that it rests on."""

    found: Found
    exchanges: tuple[str, ...] = ()


# Words that judges share.


def wrong(message: str, actual: str = "") -> Found:
    """A violation."""
    return Found(Verdict.FAIL, message, actual)


def open_question(message: str) -> Found:
    """Evidence that does not decide."""
    return Found(Verdict.INCONCLUSIVE, message)


def unseen(message: str) -> Found:
    """Nothing that could be seen from here."""
    return Found(Verdict.NOT_OBSERVABLE, message)
