"""The last verdicts of a run, which need all its logs, and the merge of these logs into one."""

from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path

import msgspec

from conformance.errors import LogError
from conformance.evidence.subject import Subject
from conformance.execution.folds import RunFolds
from conformance.execution.sightings import Sightings
from conformance.model import (
    Case,
    Event,
    Exchange,
    Exchanged,
    Kind,
    Noticed,
    Observed,
    Outcome,
    Passed,
    RunFinished,
    Verdict,
)
from conformance.plan import Catalogue, Plan
from conformance.run_log.event_log import CUT_OFF_TOPIC, KEEP_HINT, read_events
from conformance.run_log.item_names import ItemNames


def judge_remaining(events: Iterable[Event], plan: Plan, catalogue: Catalogue, subject: Subject) -> Iterator[Observed]:
    """Yield the last outcomes of a run; `events` are those of all its logs."""
    last = LastOutcomes(plan, catalogue, subject)
    for event in events:
        last.add_event(event)
    yield from last.judge()


class LastOutcomes:
    """The outcomes that rest on all exchanges together, then one with a reason for each case left unjudged.

    Events are read one by one. `_called` are the operations that a request was sent to, `_successful` those of them
    that returned 2xx or 3xx, `_cut` those that returned a body of which only the beginning is known.
    """

    def __init__(self, plan: Plan, catalogue: Catalogue, subject: Subject) -> None:
        self._plan, self._catalogue = plan, catalogue
        self._folds = RunFolds(subject)
        self.judged: set[Case] = set()
        self._called: set[str] = set()
        self._successful: set[str] = set()
        self._cut: set[str] = set()
        self._obstacles: dict[str, str] = {}  # by operation, why the first case of an item was not tested

    @property
    def sightings(self) -> Sightings:
        """Return what the exchanges so far showed of each resource."""
        return self._folds.sightings

    def add_event(self, event: Event) -> None:
        """Read one event."""
        if isinstance(event, Observed):
            self.judged.add(event.outcome.case)
            if event.item and event.outcome.verdict in {Verdict.NOT_TESTED, Verdict.INCONCLUSIVE}:
                self._obstacles.setdefault(event.outcome.operation, event.outcome.message)
        elif isinstance(event, Passed):
            self.judged.update(Case(requirement, event.operation) for requirement in event.requirements)
        elif isinstance(event, Exchanged):
            self._add_exchange(event.exchange)

    def _add_exchange(self, exchange: Exchange) -> None:
        operation = exchange.request.operation
        self._called.add(operation)
        if 200 <= exchange.status < 400:
            self._successful.add(operation)
        if exchange.response is not None and exchange.response.cut:
            self._cut.add(operation)
        self._folds.add_exchange(exchange)

    def judge(self) -> Iterator[Observed]:
        """Yield the outcomes; call it once, after the last event."""
        planned = self._plan.list_open_cases()
        requirements = {case.requirement for case in planned}
        for outcome in self._folds.judge():
            is_violation = outcome.verdict in {Verdict.FAIL, Verdict.REVIEW} and (
                outcome.case not in self._plan.undecidable
            )
            if outcome.case in planned or (is_violation and outcome.requirement in requirements):
                self.judged.add(outcome.case)
                yield Observed(outcome)
        passive = self._catalogue.find_passive_requirements()
        for case in sorted(planned - self.judged):
            if explained := self._explain(case, is_passive=case.requirement in passive):
                yield Observed(explained)

    def _explain(self, case: Case, *, is_passive: bool) -> Outcome | None:
        """Return the reason why a case was not judged; None where its plan item is to say so."""
        requirement = self._catalogue.requirements[case.requirement]
        is_folded = is_passive or requirement.kind is Kind.RUN
        if is_folded and case.operation in self._cut:
            verdict = Verdict.INCONCLUSIVE
            reason = "the body of a response is not known to its end: it was too long, or the recording lacks it"
        elif is_folded and case.operation in self._successful:
            verdict, reason = Verdict.NOT_APPLICABLE, "its responses contain nothing to judge this by"
        elif requirement.kind in {Kind.STATIC, Kind.RUN}:
            verdict = Verdict.NOT_TESTED
            reason = requirement.not_tested or "no response of this run allows a verdict"
        elif is_passive:
            verdict, reason = Verdict.NOT_TESTED, self._explain_silence(case.operation)
        else:
            return None
        return Outcome(case.requirement, case.operation, verdict, reason)

    def _explain_silence(self, operation: str) -> str:
        """Return why no response to an operation succeeded."""
        if obstacle := self._obstacles.get(operation):
            return obstacle
        if operation in self._called:
            return "no request to the operation succeeded"
        return "no request of this run was sent to the operation"


def read_worker_logs(workers: Path) -> Iterator[Event]:
    """Yield the events of all logs in a folder, and nothing of a line that a killed worker left incomplete."""
    for event in read_events(sorted(workers.glob("*.jsonl"))):
        if not (isinstance(event, Noticed) and event.topic == CUT_OFF_TOPIC):  # the logs of workers have no footer
            yield event


class _Line(msgspec.Struct):
    """The fields of an event that decide its place in the log."""

    item: str = ""
    again: str = ""


def merge_logs(workers: Path, path: Path, items: Iterable[str], footer: RunFinished) -> None:
    """Write one log: the header, then the events of each item in the order of the plan, then the footer.

    Lines are copied unchanged; a line that a killed worker left incomplete is dropped.
    """
    order = {name: index for index, name in enumerate(items)}
    last = len(order)
    decoder = msgspec.json.Decoder(_Line)
    logs = sorted(workers.glob("*.jsonl"), key=lambda path: (path.stem != "controller", path.stem))
    lines: list[tuple[int, int, int, int]] = []  # rank, log, offset and length of every line
    for number, log in enumerate(logs):
        offset, names = 0, ItemNames()
        with log.open("rb") as file:
            for line in file:
                if line.endswith(b"\n"):
                    decoded = decoder.decode(line)
                    name = names.restore(decoded.item, decoded.again)
                    lines.append((order.get(name, -1 if not name else last), number, offset, len(line)))
                offset += len(line)
    lines.sort()
    partial = path.with_suffix(".part")
    try:
        with ExitStack() as files, partial.open("wb") as file:
            sources = [files.enter_context(log.open("rb")) for log in logs]
            for _, number, offset, length in lines:
                sources[number].seek(offset)
                file.write(sources[number].read(length))
            file.write(msgspec.json.encode(footer) + b"\n")
        partial.replace(path)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise LogError(f"{path} cannot be written: {error.strerror}", hint=KEEP_HINT) from error
