"""The events of a run log: one append-only file of JSON lines, with a header, events and a footer.

Every report is a fold of these events, whatever their order. A log without a footer belongs to a run that was cut off.
"""

from collections.abc import Iterator
from itertools import repeat
from typing import Any

import msgspec

from conformance.model.certification import Certification
from conformance.model.exchange import Exchange
from conformance.model.keyword import Keyword
from conformance.model.outcome import Outcome, Verdict
from conformance.model.requirement import Requirement
from conformance.model.resource import ResourceModel
from conformance.model.target import Profile, Target

SCHEMA = "evconform/events/3"
OLD_SCHEMAS = ("evconform/events/2", "evconform/events/1")
"""Schemas of earlier versions that can still be read.

The second names the item in each line, the first has bodies in the exchanges, and nothing compressed.
"""


class RunStarted(msgspec.Struct, frozen=True, tag="run_started", omit_defaults=True):
    """The header: target, description, version of the suite, seed. `started_at` is in seconds since 1970.

    `worker` is empty for the log of the whole run, else the name of the worker (`gw0`) whose part this is;
    `budget` is requests for each identity, None without limit; `shard` is `I/N`; `certification` is None for a run that
    certifies nobody. `expected` is the plan's count of requests, by identity. Runs of so many successive seeds as
    `seeds_to_cover` try all that is sampled. `traffic` names the files whose recorded exchanges were judged, and is
    empty for a run that sends requests.
    """

    run: str
    started_at: float
    suite_version: str
    target: Target
    description_title: str
    description_version: str
    description_sha256: str
    description_source: str
    profile: Profile
    seed: int
    budget: int | None = None
    worker: str = ""
    shard: str = ""
    command: str = ""
    python: str = ""
    certification: Certification | None = None
    expected: dict[str, int] = {}
    seeds_to_cover: int = 1
    traffic: tuple[str, ...] = ()
    schema: str = SCHEMA

    @property
    def is_bundled(self) -> bool:
        """Return whether the run is about the bundled description."""
        return self.description_source in {"", "bundled", "shipped"}  # as older logs say


class Place(msgspec.Struct, frozen=True, omit_defaults=True):
    """A line, counted from 1, of a file of the description.

    `file` is relative to the root of the repository that holds it, or else to the directory of the description.
    """

    file: str
    line: int
    in_repository: bool = False


class Described(msgspec.Struct, frozen=True, tag="described"):
    """The model read from the description: operations, resources, links, expansions."""

    model: ResourceModel


class Placed(msgspec.Struct, frozen=True, tag="placed"):
    """The places of the operations in the description's files, and of whatever else findings point at, by pointer."""

    places: dict[str, Place]


class Catalogued(msgspec.Struct, frozen=True, tag="catalogued"):
    """The requirements of the catalogue of this run."""

    requirements: tuple[Requirement, ...]


class Planned(msgspec.Struct, frozen=True, tag="planned"):
    """The cases of one requirement: operations planned, and operations excluded, grouped by reason.

    Every operation of the description is in exactly one of the two; `cases` count in `Summary.planned_count`.
    `left_out` counts, by operation, the known ways of trying the requirement that no plan item is for.
    """

    requirement: str
    cases: tuple[str, ...]
    excluded: dict[str, tuple[str, ...]] = {}
    left_out: dict[str, int] = {}


class Exchanged(msgspec.Struct, frozen=True, tag="exchange"):
    """A request that was sent and its response. `item` is the pytest item that sent it first."""

    exchange: Exchange
    item: str = ""


class Announced(msgspec.Struct, frozen=True, tag="announced", omit_defaults=True):
    """A write that is sent next, and that nobody may repeat without knowing whether it took effect.

    `exchange` is the id that its exchange will have; a run that was cut off has none of that id.
    """

    exchange: str
    item: str
    operation: str
    method: str
    target: str
    url: str


class Observed(msgspec.Struct, frozen=True, tag="outcome"):
    """One observation on a case."""

    outcome: Outcome
    item: str = ""


class Passed(msgspec.Struct, frozen=True, tag="passed", omit_defaults=True):
    """Requirements that a plan item saw kept at one operation: observations that say no more than that, as one event.

    All rest on the exchange named first for them, if there is one. `times` counts the observations of each requirement,
    in their order, and is empty where each was made once.
    """

    operation: str
    requirements: tuple[str, ...]
    exchange: str = ""
    times: tuple[int, ...] = ()
    item: str = ""

    def list_outcomes(self) -> list[Outcome]:
        """Return the observations, one outcome for each requirement."""
        exchanges = (self.exchange,) if self.exchange else ()
        return [
            Outcome(requirement, self.operation, Verdict.PASS, exchanges=exchanges, times=times)
            for requirement, times in self.count_observations()
        ]

    def count_observations(self) -> Iterator[tuple[str, int]]:
        """Return each requirement with the number of its observations."""
        return zip(self.requirements, self.times or repeat(1), strict=False)


class Noticed(msgspec.Struct, frozen=True, tag="notice", omit_defaults=True):
    """A notice that is not a verdict (a volatile field, an overlay applied, a wait).

    `topic` is a stable word (`volatile-field`, `overlay`, `rate-limit`, `discovery`, `cleanup`, `budget`).
    """

    topic: str
    message: str
    operation: str = ""


class KeywordsListed(msgspec.Struct, frozen=True, tag="keywords", omit_defaults=True):
    """The keywords of an operation's schemas: those that requests can use, and those that responses can show."""

    operation: str
    sendable: tuple[Keyword, ...] = ()
    showable: tuple[Keyword, ...] = ()


class Generated(msgspec.Struct, frozen=True, tag="generated", omit_defaults=True):
    """A generated request that was sent: what it was generated as, and the id of its exchange.

    `mode` is `positive` or `negative`, `phase` that of the generator, `place` what is wrong in it, as `query:page_size`
    or `body`. `sent` and `shown` are the keywords that the request used and the response showed, of those that the
    item had not seen yet; which parameters were sent together stands in the request.
    """

    operation: str
    exchange: str
    mode: str
    phase: str
    status: int
    place: str = ""
    sent: tuple[Keyword, ...] = ()
    shown: tuple[Keyword, ...] = ()


class Traced(msgspec.Struct, frozen=True, tag="trace", omit_defaults=True):
    """The observations of a certification beside the exchanges of a part of the run, so that it can be judged again.

    `trace` is JSON in the form of the certification that wrote it.
    """

    item: str
    trace: dict[str, Any]


class ItemFinished(msgspec.Struct, frozen=True, tag="item"):
    """The end of a pytest item: its duration in seconds and how many requests it sent itself.

    `complete` is false if budget, rate limit or target stopped it before its end.
    """

    item: str
    duration_s: float
    requests: int
    complete: bool = True


class RunFinished(msgspec.Struct, frozen=True, tag="run_finished", omit_defaults=True):
    """The footer. `requests` is by identity (the empty name is anonymous). `stopped` says why a run ended early."""

    finished_at: float
    requests: dict[str, int]
    stopped: str = ""


Event = (
    RunStarted
    | Described
    | Placed
    | Catalogued
    | Planned
    | Announced
    | Exchanged
    | Observed
    | Passed
    | Noticed
    | KeywordsListed
    | Generated
    | Traced
    | ItemFinished
    | RunFinished
)
