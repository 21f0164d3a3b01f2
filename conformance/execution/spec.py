"""The specification of a run, which the controller hands to each worker, and what is loaded from it."""

from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import msgspec

from conformance import description as descriptions
from conformance.description import Description
from conformance.evidence.subject import Subject
from conformance.model import Headers, Request, ResourceModel, Target
from conformance.model.target import Profile
from conformance.plan import Catalogue, Plan, Wish, make
from conformance.plan.case_selection import Selection
from conformance.validation import SecondOpinion, Validators
from specs.catalogue import requirements

MEMORY = "hypothesis"  # folder in the report directory: failed histories, tried first by a run that resumes this one


class RunSpec(msgspec.Struct, frozen=True):
    """One run, as every process of it needs to know it.

    `headers` are credentials by identity and `secrets` the values to redact, by name: neither is ever written to disk.
    `shard` is (I, N), I from 1 on. `day` is the UTC midnight that time parameters are counted from. `done` names items
    that an earlier run finished, and `first` holds by operation the requests that failed in it. `left` holds the
    budgets of those identities that have less than `budget`.
    """

    run: str
    directory: str
    target: Target
    headers: dict[str, Headers]
    secrets: dict[str, str]
    description: str = ""
    overlays: bool = True
    profile: Profile = Profile.STANDARD
    seed: int = 1
    budget: int | None = None
    select: tuple[str, ...] = ()
    shard: tuple[int, int] = (1, 1)
    waits: bool = True
    day: datetime = datetime(2026, 1, 1, tzinfo=UTC)
    seeds: dict[str, tuple[str, ...]] = {}
    done: tuple[str, ...] = ()
    first: dict[str, tuple[Request, ...]] = {}
    left: dict[str, int] = {}

    def __repr__(self) -> str:  # a traceback must not show a secret
        return f"RunSpec({self.run})"

    @property
    def path(self) -> Path:
        """The report directory."""
        return Path(self.directory)

    def describe(self) -> Description:
        """Load the description of the run."""
        return self._load(overlays=self.overlays)

    def published(self) -> Description:
        """Load the description as it was published: without overlays, which correct some of its defects."""
        return self._load(overlays=False)

    def _load(self, *, overlays: bool) -> Description:
        return descriptions.load(Path(self.description) if self.description else None, overlays=overlays)

    def wish(self) -> Wish:
        """Return what the planner needs to know of the run."""
        selection = Selection.parse(self.select)
        return Wish(self.target, self.profile, self.budget, selection, self.shard, frozenset(self.done), self.left)

    def subject(self, description: Description) -> Subject:
        """Return the API under test as checks and probes see it."""
        return Subject(
            description,
            Validators(description),
            SecondOpinion(description),
            self.target,
            seed=self.seed,
            seeds=self.seeds,
            today=self.day,
            memory=str(self.path / MEMORY),
            first=self.first,
        )

    def plan(self, catalogue: Catalogue, model: ResourceModel) -> Plan:
        """Make the plan of the run, which is the same in every process."""
        return make(catalogue, model, self.wish())


class Brief(NamedTuple):
    """Description, catalogue and plan of a run, loaded once in each process."""

    description: Description
    catalogue: Catalogue
    plan: Plan

    @classmethod
    def of(cls, spec: RunSpec, plan: Plan) -> "Brief":
        """Load description and catalogue in a process that receives the plan from another one."""
        return cls(spec.describe(), shipped(), plan)


def shipped() -> Catalogue:
    """Return the catalogue of the bundled requirements."""
    return Catalogue.of(requirements())
