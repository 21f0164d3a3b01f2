"""Scenario run: what is run in a certification, and how. Immutable."""

from pathlib import Path

import msgspec

from conformance.certify.api_clients.definitions import Scenario, TlsCertificate
from conformance.certify.api_clients.scenario_attempts import name_attempt, name_control

_CONTROL_LIMIT_S = 30.0


class ScenarioRun(msgspec.Struct, frozen=True):
    """An attempt at a scenario, or at the control run of a task, which has no condition; the first one is number 1."""

    task: str
    scenario: Scenario | None = None
    number: int = 1

    @property
    def name(self) -> str:
        """Return the name in URLs and reports."""
        return name_attempt(self.scenario.name if self.scenario else name_control(self.task), self.number)

    @property
    def certificate(self) -> TlsCertificate:
        """Return the TLS certificate that the server presents."""
        return self.scenario.certificate if self.scenario else TlsCertificate.NONE

    @property
    def time_limit_s(self) -> float:
        """Return the time limit in seconds, enough for a slow but correct client."""
        return self.scenario.time_limit_s if self.scenario else _CONTROL_LIMIT_S


class ScenarioSelection(msgspec.Struct, frozen=True):
    """The tasks and scenarios of a certification. Each task runs once without any condition, then the scenarios run."""

    tasks: tuple[str, ...]
    scenarios: tuple[Scenario, ...]

    @property
    def control_runs(self) -> list[ScenarioRun]:
        """Return the control runs, one for each task."""
        return [ScenarioRun(task) for task in self.tasks]


class RunnerSettings(msgspec.Struct, frozen=True):
    """The settings for running scenarios.

    The command of the client, the folder for its `output`, the number of parallel `jobs`, and the limit for one
    scenario in seconds.
    """

    command: tuple[str, ...]
    output: Path
    jobs: int
    limit_s: float
