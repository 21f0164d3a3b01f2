"""What a worker needs to know of a run, small enough to be handed over at its start."""

from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

import msgspec

from conformance import description as descriptions
from conformance.description import Description
from conformance.model import Headers, Request, ResourceModel, Target
from conformance.model.target import Profile
from conformance.plan import Catalogue, Plan, Wish, make
from conformance.plan.selection import Selection
from conformance.subject import Subject
from conformance.validation import SecondOpinion, Validators
from specs.catalogue import requirements

MEMORY = "hypothesis"  # in the report directory: what failed, tried first by a run that goes on with this one


class RunSpec(msgspec.Struct, frozen=True):
    """One run. `headers` are credentials by identity and `secrets` what to redact: neither is ever written to disk.

    `shard` is (I, N); `day` is the UTC midnight that time parameters are counted from;
    `done` names items that an earlier run finished, `first` holds by operation what failed in one.
    `left` has the identities that can send less than the budget, and how much.
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
        """The description that the run is about."""
        return self._read(overlays=self.overlays)

    def published(self) -> Description:
        """The same as it was published: without overlays, which mend some of its faults."""
        return self._read(overlays=False)

    def _read(self, *, overlays: bool) -> Description:
        return descriptions.load(Path(self.description) if self.description else None, overlays=overlays)

    def wish(self) -> Wish:
        """What the planner is asked for."""
        selection = Selection.parse(self.select)
        return Wish(self.target, self.profile, self.budget, selection, self.shard, frozenset(self.done), self.left)

    def subject(self, description: Description) -> Subject:
        """The API under test as probes see it."""
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
        """The plan; the same in every process."""
        return make(catalogue, model, self.wish())


class Brief(NamedTuple):
    """What a run's spec amounts to: read and planned once, then shared by all that its process does."""

    description: Description
    catalogue: Catalogue
    plan: Plan

    @classmethod
    def of(cls, spec: RunSpec, plan: Plan) -> "Brief":
        """For a process that is handed a plan made elsewhere."""
        return cls(spec.describe(), shipped(), plan)


def shipped() -> Catalogue:
    """The catalogue of the requirements that we ship."""
    return Catalogue.of(requirements())


NO_CREDENTIALS: MappingProxyType[str, Headers] = MappingProxyType({})
