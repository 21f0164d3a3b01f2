"""The record of a run that pytest does not schedule: one log, written as things happen, in the order of events.

A kill at any time leaves a log that reports can be folded from; it says that it was cut off.
"""

import platform
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec

from conformance import __version__
from conformance.description import Description
from conformance.description.positions import places
from conformance.errors import UsageError
from conformance.eventlog import Writer
from conformance.execution.record import Recorder
from conformance.execution.redaction import Redactor
from conformance.model import (
    Body,
    Case,
    Catalogued,
    Certification,
    Described,
    Effect,
    Exchange,
    Exchanged,
    ItemFinished,
    Media,
    Noticed,
    Observed,
    Operation,
    Outcome,
    Placed,
    Planned,
    Profile,
    Requirement,
    ResponseSpec,
    Role,
    RunFinished,
    RunStarted,
    Target,
    Verdict,
)

_BODY_KEPT = 64 * 1024  # bytes of a body that the record keeps


class About(msgspec.Struct, frozen=True):
    """What a run is about: target and description, what is judged on which operations, and where the record goes."""

    target: Target
    description: Description
    operations: tuple[Operation, ...]
    requirements: tuple[Requirement, ...]
    cases: Mapping[str, tuple[str, ...]]  # requirement -> operation keys
    directory: Path
    profile: Profile = Profile.STANDARD
    seed: int = 1
    command: str = ""
    certification: Certification | None = None


class Record:
    """A run's log under way: header on entering, footer on leaving. Nothing secret gets past it.

    Raises UsageError where the directory holds the record of another run, LogError where it cannot be written.
    """

    def __init__(self, about: About, secrets: Mapping[str, str], clock: Callable[[], float] = time.time) -> None:
        self.path = about.directory / "events.jsonl"
        if self.path.exists():
            raise UsageError(f"{about.directory} holds the record of another run", hint="Name a new --report-dir.")
        self.clock, self.stopped = clock, ""
        self._about, self._redactor = about, Redactor(secrets)
        self._levels = {each.id: each.level for each in about.requirements}
        self._cases = {Case(name, key) for name, keys in about.cases.items() for key in keys}
        self._observed: set[Case] = set()
        self._sent = 0
        self._log = Writer(self.path)

    def __enter__(self) -> Self:
        about = self._about
        model = msgspec.structs.replace(about.description.model, operations=about.operations, resources=(), notes=())
        self._log.append(_header(about, self.clock()))
        self._log.append(Described(model))
        self._log.append(Placed(places(about.description, [each.pointer for each in about.operations])))
        self._log.append(Catalogued(about.requirements))
        for name, keys in about.cases.items():
            self._log.append(Planned(name, keys))
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, at: TracebackType | None) -> None:
        if isinstance(fault, KeyboardInterrupt):
            self.stopped = self.stopped or "interrupted"
        elif fault is not None:
            self.stopped = self.stopped or "the harness failed"
            self.leave(self.stopped, Verdict.ERROR)
        self._log.append(RunFinished(self.clock(), {"": self._sent}, self.stopped))
        self._log.close()

    def item(self, name: str) -> "Item":
        """A part of the run, whose repeated observations are counted."""
        recorder = Recorder(
            name,
            self._observe,
            level=self._levels.__getitem__,
            planned=lambda requirement, operation: Case(requirement, operation) in self._cases,
            wanted=lambda *_: True,
        )
        return Item(name, self, recorder)

    def exchanged(self, exchange: Exchange, item: str) -> None:
        """Write down a request and its answer; of a very long body the beginning."""
        self._sent += 1
        self._log.append(Exchanged(self._redactor.exchange(_shortened(exchange)), item))

    def notice(self, topic: str, message: str, operation: str = "") -> None:
        """Write down something that is no verdict."""
        self._log.append(Noticed(topic, self._redactor.text(message), operation))

    def ended(self, item: ItemFinished) -> None:
        """Write down that a part of the run ended."""
        self._log.append(item)

    def plans(self, requirement: str) -> bool:
        """Whether a requirement is judged on any operation."""
        return requirement in self._about.cases

    def leave(self, reason: str, verdict: Verdict = Verdict.NOT_TESTED) -> None:
        """Give every planned case that nobody judged a verdict, and the reason."""
        for case in sorted(self._cases - self._observed):
            self._observe(Observed(Outcome(case.requirement, case.operation, verdict, reason)))

    def redacted(self, text: str) -> str:
        """A text without secrets."""
        return self._redactor.text(text)

    def _observe(self, event: Observed) -> None:
        outcome = event.outcome
        self._observed.add(outcome.case)
        clean = {name: self._redactor.text(getattr(outcome, name)) for name in ("message", "expected", "actual")}
        self._log.append(Observed(msgspec.structs.replace(outcome, **clean), event.item))


class Item:
    """A part of a run: what it exchanges and observes goes on record under its name."""

    def __init__(self, name: str, record: Record, recorder: Recorder) -> None:
        self._name, self._record, self._recorder = name, record, recorder
        self._began, self._sent = time.perf_counter(), 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *given: object) -> None:
        self._recorder.close()
        seconds = time.perf_counter() - self._began
        self._record.ended(ItemFinished(self._name, seconds, self._sent, complete=given[0] is None))

    def exchanged(self, exchange: Exchange) -> None:
        """Write down a request and its answer."""
        self._sent += 1
        self._record.exchanged(exchange, self._name)

    def observed(self, outcomes: Iterable[Outcome]) -> None:
        """Write down observations."""
        for outcome in outcomes:
            self._recorder.record(outcome, outcome.operation)


def posted(key: str, *, group: str, schema: str = "", pointer: str = "") -> Operation:
    """An operation that takes a delivery, as reports show it; `pointer` is where the description has it."""
    method, _, path = key.partition(" ")
    body = Body(required=True, media=(Media("application/json", schema),))
    responses = tuple(ResponseSpec(status) for status in ("2XX", "4XX"))
    return Operation(key, key, method, path, pointer, Role.ACTION, Effect.WRITE, group, body=body, responses=responses)


def _header(about: About, now: float) -> RunStarted:
    return RunStarted(
        run=about.directory.name,
        started_at=now,
        suite_version=__version__,
        target=about.target,
        description_title=about.description.model.title,
        description_version=about.description.model.version,
        description_sha256=about.description.digest,
        description_source=Path(about.description.source).name,
        profile=about.profile,
        seed=about.seed,
        command=about.command,
        certification=about.certification,
        python=f"{platform.python_implementation()} {platform.python_version()}",
    )


def _shortened(exchange: Exchange) -> Exchange:
    request, response = exchange.request, exchange.response
    if len(request.body) > _BODY_KEPT:
        request = msgspec.structs.replace(request, body=request.body[:_BODY_KEPT])
    if response is not None and len(response.body) > _BODY_KEPT:
        response = msgspec.structs.replace(response, body=response.body[:_BODY_KEPT], cut=True)
    return msgspec.structs.replace(exchange, request=request, response=response)
