"""The run log of a run that pytest does not schedule: written as things happen, in the order of events.

If the process is killed, reports can still be made of the run log; they say that it was cut off.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import msgspec

from conformance.description import Description
from conformance.description.positions import find_places
from conformance.errors import UsageError
from conformance.execution.header import build_header
from conformance.execution.recorder import Recorder
from conformance.execution.redactor import Redactor
from conformance.model import (
    Case,
    Catalogued,
    Certification,
    Described,
    Exchange,
    Exchanged,
    ItemFinished,
    Noticed,
    Observed,
    Operation,
    Outcome,
    Placed,
    Planned,
    Profile,
    Requirement,
    RunFinished,
    RunStarted,
    Target,
    Traced,
    Verdict,
)
from conformance.run_log.body_cut import cut_exchange
from conformance.run_log.event_log import LogWriter

_MAX_BODY_BYTES = 64 * 1024  # most bytes of a body in the run log


class RunScope(msgspec.Struct, frozen=True):
    """The scope of a run: target and description, requirements and operations, and the folder of the run log."""

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


class UnscheduledRun:
    """The run log in progress: it writes the header on entering and the footer on leaving, and redacts secrets.

    Raises UsageError if the directory holds another run log, LogError if it cannot be written.
    """

    def __init__(self, scope: RunScope, secrets: Mapping[str, str], clock: Callable[[], float] = time.time) -> None:
        self.path = scope.directory / "events.jsonl"
        if self.path.exists():
            raise UsageError(
                f"{scope.directory} holds the run log of another run", hint="Name a new folder with --report-dir"
            )
        self.clock, self.stopped = clock, ""
        self._about, self._redactor = scope, Redactor(secrets)
        self._levels = {requirement.id: requirement.level for requirement in scope.requirements}
        self._cases = {Case(name, key) for name, keys in scope.cases.items() for key in keys}
        self._observed: set[Case] = set()
        self._sent: Counter[str] = Counter()
        self._log = LogWriter(self.path)

    def __enter__(self) -> Self:
        about = self._about
        model = msgspec.structs.replace(about.description.model, operations=about.operations, resources=(), notes=())
        self._log.append(_build_header(about, self.clock()))
        self._log.append(Described(model))
        self._log.append(Placed(find_places(about.description, [operation.pointer for operation in about.operations])))
        self._log.append(Catalogued(about.requirements))
        for name, keys in about.cases.items():
            self._log.append(Planned(name, keys))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if isinstance(error, KeyboardInterrupt):
            self.stopped = self.stopped or "interrupted"
        elif error is not None:
            self.stopped = self.stopped or "internal error"
            self.close_unjudged(self.stopped, Verdict.ERROR)
        self._log.append(RunFinished(self.clock(), dict(self._sent), self.stopped))
        self._log.close()

    def open_part(self, name: str, *, lists_repetitions: bool = False) -> "RunPart":
        """Open a part of the run, which counts repeated observations, or lists each violation with its exchanges."""
        recorder = Recorder(
            name,
            self._observe,
            get_level=self._levels.__getitem__,
            is_planned=lambda requirement, operation: Case(requirement, operation) in self._cases,
            is_reported=lambda *_: True,
            lists_repetitions=lists_repetitions,
        )
        return RunPart(name, self, recorder)

    def log_exchange(self, exchange: Exchange, item: str) -> None:
        """Write an exchange to the run log; very long bodies are cut."""
        self._sent[exchange.request.identity] += 1
        self._log.append(Exchanged(cut_exchange(self._redactor.redact_exchange(exchange), _MAX_BODY_BYTES), item))

    def log_notice(self, topic: str, message: str, operation: str = "") -> None:
        """Write a notice, which is not a verdict."""
        self._log.append(Noticed(topic, self._redactor.redact_text(message), operation))

    def log_trace(self, item: str, trace: dict[str, Any]) -> None:
        """Write what was observed beside the exchanges of a part."""
        self._log.append(Traced(item, trace))

    def log_end(self, item: ItemFinished) -> None:
        """Write the end of a part of the run."""
        self._log.append(item)

    def has_planned(self, requirement: str) -> bool:
        """Return whether a requirement is planned on any operation."""
        return requirement in self._about.cases

    def close_unjudged(self, reason: str, verdict: Verdict = Verdict.NOT_TESTED) -> None:
        """Give a verdict with a reason to every planned case that has none."""
        for case in sorted(self._cases - self._observed):
            self._observe(Observed(Outcome(case.requirement, case.operation, verdict, reason)))

    def redact(self, text: str) -> str:
        """Return a text without secrets."""
        return self._redactor.redact_text(text)

    def _observe(self, event: Observed) -> None:
        """Write an observation without secrets."""
        outcome = event.outcome
        self._observed.add(outcome.case)
        self._log.append(Observed(self._redactor.redact_outcome(outcome), event.item))


class RunPart:
    """A part of a run; its exchanges and observations are logged under its name."""

    def __init__(self, name: str, record: UnscheduledRun, recorder: Recorder) -> None:
        self._name, self._record, self._recorder = name, record, recorder
        self._began, self._sent = time.perf_counter(), 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._recorder.close()
        seconds = time.perf_counter() - self._began
        self._record.log_end(ItemFinished(self._name, seconds, self._sent, complete=error[0] is None))

    def log_exchange(self, exchange: Exchange) -> None:
        """Write an exchange to the run log."""
        self._sent += 1
        self._record.log_exchange(exchange, self._name)

    def log_outcomes(self, outcomes: Iterable[Outcome]) -> None:
        """Write outcomes to the run log."""
        for outcome in outcomes:
            self._recorder.record(outcome, outcome.operation)


def _build_header(about: RunScope, now: float) -> RunStarted:
    """Return the header of the run log."""
    return build_header(
        about.directory.name,
        about.target,
        about.description,
        now,
        profile=about.profile,
        seed=about.seed,
        command=about.command,
        certification=about.certification,
    )
