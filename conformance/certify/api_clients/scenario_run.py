"""Scenario run: what is run in a certification, and how. Immutable."""

from collections.abc import Sequence
from pathlib import Path

import msgspec

from conformance.certify.api_clients.definitions import Scenario, TlsCertificate
from conformance.certify.api_clients.scenario_attempts import name_attempt, name_control

_CONTROL_LIMIT_S = 30.0
_LONG_LIMIT_S = 30.0  # scenarios with more make their client wait
_WAITING_SHARE = 60  # per cent of the jobs


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

    @property
    def is_waiting(self) -> bool:
        """Return whether the client spends most of the time waiting, so that it needs little of the machine."""
        return self.time_limit_s > _LONG_LIMIT_S


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


def divide_into_lanes(scenario_runs: Sequence[ScenarioRun], jobs: int) -> list[tuple[list[ScenarioRun], int]]:
    """Divide runs into those that wait and the others, each with its share of the jobs, the larger one for waiting.

    Waiting clients would otherwise hold all jobs at first, while the machine has nothing to do.
    """
    waiting = [scenario_run for scenario_run in scenario_runs if scenario_run.is_waiting]
    others = [scenario_run for scenario_run in scenario_runs if not scenario_run.is_waiting]
    if jobs < 2 or not waiting or not others:
        return [(list(scenario_runs), jobs)]
    share = max(1, jobs * _WAITING_SHARE // 100)
    return [(waiting, share), (others, jobs - share)]
