"""The specification of a run, which the controller hands to each worker, and what is loaded from it."""

import gc
import math
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import msgspec

from conformance import description as descriptions
from conformance.description import Description
from conformance.evidence.subject import Subject
from conformance.execution.mirrored_channel import Baseline
from conformance.model import Exchange, Headers, Request, ResourceModel, Target
from conformance.model.target import Profile
from conformance.plan import Catalogue, Plan, PlanOptions, make_plan
from conformance.plan.case_selection import CaseSelection
from conformance.validation import SchemaValidators, SecondOpinion
from specs.catalogue import load_requirements

FAILED_HISTORIES_FOLDER = (
    "hypothesis"  # folder in the report directory: failed histories, tried first by a run that resumes this one
)


class RunSpec(msgspec.Struct, frozen=True):
    """One run, as every process of it needs to know it.

    `headers` are credentials by identity and `secrets` the values to redact, by name: neither is ever written to disk.
    `shard` is (I, N), I from 1 on. `day` is the UTC midnight that time parameters are counted from. `finished_items`
    names items that an earlier run finished, `failed_requests` holds by operation the requests that failed in it, and
    `left_writes` by item that was cut off in it the writes that this target may still show.
    `kept_for_generated` is the part of the budget of each identity that generated requests alone may use.
    `lower_budgets` holds the budgets of those identities that have less than `budget`. `ends_at_s` is the deadline by
    the monotonic clock of this machine. The run may spread over `hours` of `hour_s` seconds. `failed_turns` and
    `changed_operations` say what failed or changed lately, and `touched_operations` what alone is tested (see
    `PlanOptions`).
    `latency_s` is the shortest time in which the target responded before the run; `concurrency` is the most requests
    in flight, None for one of each worker. With `traces` each request names a trace of its own.
    `baseline` is the target that the run compares with, None for a run that compares with nothing.
    """

    run: str
    directory: str
    target: Target
    headers: dict[str, Headers]
    secrets: dict[str, str]
    description: str = ""
    overlays: bool = True
    own_overlays: tuple[str, ...] = ()
    strict_readings: bool = False
    profile: Profile = Profile.STANDARD
    seed: int = 1
    budget: int | None = None
    select: tuple[str, ...] = ()
    shard: tuple[int, int] = (1, 1)
    should_wait: bool = True
    max_wait_s: float = 3600
    patience_s: float = 60
    ends_at_s: float = math.inf
    day: datetime = datetime(2026, 1, 1, tzinfo=UTC)
    seeds: dict[str, tuple[str, ...]] = {}
    finished_items: tuple[str, ...] = ()
    failed_requests: dict[str, tuple[Request, ...]] = {}
    left_writes: dict[str, tuple[Exchange, ...]] = {}
    lower_budgets: dict[str, int] = {}
    hours: int = 1
    hour_s: float = 3600
    latency_s: float = 0.0
    concurrency: int | None = None
    failed_turns: dict[str, frozenset[int]] = {}
    changed_operations: tuple[str, ...] = ()
    touched_operations: tuple[str, ...] = ()
    traces: bool = True
    kept_for_generated: int = 0
    baseline: Baseline | None = None

    def __repr__(self) -> str:  # a traceback must not show a secret
        return f"RunSpec({self.run})"

    @property
    def path(self) -> Path:
        """Return the report directory."""
        return Path(self.directory)

    def share_among(self, workers: int) -> "RunSpec":
        """Return the run as one of several workers needs to know it, with its part of the requests in flight."""
        return msgspec.structs.replace(self, concurrency=max(1, (self.concurrency or 1) // workers))

    def load_description(self) -> Description:
        """Load the description of the run."""
        return descriptions.load_description(
            self._description_path, overlays=self.overlays, own_overlays=[Path(file) for file in self.own_overlays]
        )

    def load_published_description(self) -> Description:
        """Load the description as it was published: without overlays, which correct some of its defects."""
        return descriptions.load_description(self._description_path, overlays=False)

    @property
    def _description_path(self) -> Path | None:
        return Path(self.description) if self.description else None

    def build_plan_options(self) -> PlanOptions:
        """Return what the planner needs to know of the run."""
        selection = CaseSelection.parse(self.select)
        return PlanOptions(
            self.target,
            self.profile,
            self.budget,
            selection,
            self.shard,
            frozenset(self.finished_items),
            self.lower_budgets,
            self.seed,
            self.hours,
            self.failed_turns,
            frozenset(self.changed_operations),
            frozenset(self.touched_operations),
            self.kept_for_generated,
        )

    def build_subject(self, description: Description) -> Subject:
        """Return the API under test as checks and probes see it."""
        return Subject(
            description,
            *_build_validators(description),
            self.target,
            seed=self.seed,
            seeds=self.seeds,
            today=self.day,
            failed_histories=str(self.path / FAILED_HISTORIES_FOLDER),
            failed_requests=self.failed_requests,
            strict_readings=self.strict_readings,
            profile=self.profile,
        )

    def make_plan(self, catalogue: Catalogue, model: ResourceModel) -> Plan:
        """Make the plan of the run, which is the same in every process."""
        return make_plan(catalogue, model, self.build_plan_options())


def release_validators() -> None:
    """Release the validators of a run whose items have ended, with all that pytest kept of it; they take some 20 MB."""
    _build_validators.cache_clear()
    gc.collect()  # the items of pytest, and validators themselves, are in cycles


@lru_cache(maxsize=1)  # compiled schemas take some 20 MB: worker and controller of one process share them
def _build_validators(description: Description) -> tuple[SchemaValidators, SecondOpinion]:
    return SchemaValidators(description), SecondOpinion(description)


class RunContext(NamedTuple):
    """Description, catalogue and plan of a run, loaded once in each process."""

    description: Description
    catalogue: Catalogue
    plan: Plan

    @classmethod
    def load(cls, spec: RunSpec, plan: Plan) -> "RunContext":
        """Load description and catalogue in a process that receives the plan from another one."""
        return cls(spec.load_description(), load_catalogue(), plan)


def load_catalogue() -> Catalogue:
    """Return the catalogue of the bundled requirements."""
    return Catalogue.collect(load_requirements())
