"""Definitions of scenarios and passive judges: condition, correct behaviour and judge. Immutable."""

from collections.abc import Callable
from enum import StrEnum

import msgspec

from conformance.certify.api_clients.conditions import Rule
from conformance.certify.api_clients.trace import Trace
from conformance.certify.assessments import Found
from conformance.model import Level, Verdict

Judge = Callable[[Trace], Found]


class Certificate(StrEnum):
    """The TLS certificate that a scenario presents; NONE is plain http on loopback."""

    NONE = "none"
    TRUSTED = "issued by the authority in EVCONFORM_CA_FILE"
    EXPIRED = "expired yesterday"
    STRANGER = "issued by an unknown authority"
    OTHER_HOST = "issued for another host"
    OLD_TLS = "trusted, but over TLS 1.1"


class Scenario(msgspec.Struct, frozen=True):
    """A condition on a task, and the judge of the client's behaviour under it.

    `name` is part of the scenario's URLs; `condition` completes the sentence "the server …"; `right` is the correct
    behaviour. A scenario without rules judges the control run of its task. `beside` names the scenario to compare with;
    a scenario without a judge exists only for comparison. `seconds` is the time that a slow but correct client needs.
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
        """Return whether the scenario has no condition, so that it judges the control run of its task."""
        return not self.rules and self.certificate is Certificate.NONE


class Passive(msgspec.Struct, frozen=True):
    """A requirement that is judged on all requests of a client, in all scenarios. `right` is the correct behaviour.

    `judge` returns a verdict for each relevant request; where it returns none, `nothing` is the reason. `task` is the
    task that should have sent such a request, empty where any task may.
    """

    requirement: str
    right: str
    nothing: str
    judge: Callable[["Everything"], tuple["Judged", ...]]
    task: str = ""


class Everything(msgspec.Struct, frozen=True):
    """The traces of all scenarios by name, and the facts about the API that passive judges need.

    By operation key: the `scopes` that it needs, the paths of its documented `expansions`, and as `references` the
    properties of its request body that hold URLs. `user_needed` are the operations that require EvEnergy-User.
    """

    traces: dict[str, Trace]
    scopes: dict[str, frozenset[str]]
    expansions: dict[str, frozenset[str]]
    references: dict[str, frozenset[str]]
    user_needed: frozenset[str]
    public: bool = False


class Judged(msgspec.Struct, frozen=True):
    """A verdict of a passive judge, with the ids of the exchanges that support it."""

    found: Found
    exchanges: tuple[str, ...] = ()


# Verdicts that judges share


def wrong(message: str, actual: str = "") -> Found:
    """Return a violation."""
    return Found(Verdict.FAIL, message, actual)


def open_question(message: str) -> Found:
    """Return an inconclusive verdict, for evidence that does not decide."""
    return Found(Verdict.INCONCLUSIVE, message)


def unseen(message: str) -> Found:
    """Return that nothing could be observed."""
    return Found(Verdict.NOT_OBSERVABLE, message)
