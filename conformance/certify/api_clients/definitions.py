"""Definitions of scenarios and passive judges: condition, correct behaviour and judge. Immutable."""

from collections.abc import Callable
from enum import StrEnum

import msgspec

from conformance.certify.api_clients.conditions import ConditionRule
from conformance.certify.api_clients.trace import Trace
from conformance.certify.assessments import Assessment
from conformance.model import Level, Request, Verdict

ScenarioJudge = Callable[[Trace], Assessment]


class TlsCertificate(StrEnum):
    """The TLS certificate that a scenario presents; NONE is plain http on loopback."""

    NONE = "none"
    TRUSTED = "issued by the authority in EVCONFORM_CA_FILE"
    EXPIRED = "expired yesterday"
    UNKNOWN_AUTHORITY = "issued by an unknown authority"
    UNKNOWN_AUTHORITY_OF_API = "issued by an unknown authority, for the API alone"
    UNKNOWN_AUTHORITY_LATER = "issued by an unknown authority, to all connections after the token request"
    OTHER_HOST = "issued for another host"
    OLD_TLS = "trusted, but over TLS 1.1"


class Scenario(msgspec.Struct, frozen=True):
    """A condition on a task, and the judge of the client's behaviour under it.

    `name` is part of the scenario's URLs; `condition` completes the sentence "the server …";
    `correct_behaviour` says what a correct client does. A scenario without rules judges the control run of its task.
    `comparison` names the scenario to compare with; a scenario without a judge exists only for comparison.
    `time_limit_s` is the time that a slow but correct client needs, `environment` further variables of the client.
    """

    name: str
    requirement: str
    task: str
    condition: str
    correct_behaviour: str
    judge: ScenarioJudge | None
    rules: tuple[ConditionRule, ...] = ()
    level: Level = Level.MUST
    comparison: str = ""
    time_limit_s: float = 30.0
    certificate: TlsCertificate = TlsCertificate.NONE
    environment: tuple[tuple[str, str], ...] = ()

    @property
    def is_control(self) -> bool:
        """Return whether the scenario has no condition, so that it judges the control run of its task."""
        return not self.rules and self.certificate is TlsCertificate.NONE


class PassiveJudge(msgspec.Struct, frozen=True):
    """A requirement that is judged on all requests of a client, in all scenarios.

    `correct_behaviour` says what a correct client does. `judge` returns a verdict for each relevant request; where it
    returns none, `unobserved_reason` is the reason. `task` is the task that should have sent such a request, empty
    where any task may.
    """

    requirement: str
    correct_behaviour: str
    unobserved_reason: str
    judge: Callable[["ClientEvidence"], tuple["PassiveVerdict", ...]]
    task: str = ""


class ClientEvidence(msgspec.Struct, frozen=True):
    """The traces of all scenarios by name, and the facts about the API that passive judges need.

    By operation key: the `scopes` that it needs, the paths of its documented `expansions`, as `body_properties` the
    properties of its request body, where it allows no others, and as `url_properties` those that hold URLs.
    `lists` are the operations that read lists, `user_header_operations` require EvEnergy-User. `find_body_error`
    returns the first error of the body of a request by its schema, empty where there is none.
    """

    traces: dict[str, Trace]
    scopes: dict[str, frozenset[str]]
    expansions: dict[str, frozenset[str]]
    body_properties: dict[str, frozenset[str]]
    url_properties: dict[str, frozenset[str]]
    lists: frozenset[str]
    user_header_operations: frozenset[str]
    find_body_error: Callable[[Request], str]
    is_public: bool = False


class PassiveVerdict(msgspec.Struct, frozen=True):
    """A verdict of a passive judge, with the ids of the exchanges that support it."""

    verdict: Assessment
    exchanges: tuple[str, ...] = ()


# Verdicts that judges share


def build_violation(message: str, actual: str = "") -> Assessment:
    """Return a violation."""
    return Assessment(Verdict.FAIL, message, actual)


def build_inconclusive(message: str) -> Assessment:
    """Return an inconclusive verdict, for evidence that does not decide."""
    return Assessment(Verdict.INCONCLUSIVE, message)


def build_noisy(message: str) -> Assessment:
    """Return an inconclusive verdict, for evidence that the noise of the machine may have made."""
    return Assessment(Verdict.INCONCLUSIVE, message, is_noisy=True)


def build_not_observable(message: str) -> Assessment:
    """Return that nothing could be observed."""
    return Assessment(Verdict.NOT_OBSERVABLE, message)
