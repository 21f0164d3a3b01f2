"""The end of a run: what only all logs together show, and one log out of many."""

from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path

import msgspec

from conformance.eventlog import read
from conformance.execution.folds import folded
from conformance.model import Case, Event, Exchange, Exchanged, Kind, Observed, Outcome, RunFinished, Verdict
from conformance.plan import Catalogue, Plan
from conformance.subject import Subject


def closing(workers: Path, plan: Plan, catalogue: Catalogue, subject: Subject) -> Iterator[Event]:
    """Outcomes that rest on all exchanges together, and on planned cells that nobody judged, with the reason."""
    seen: set[Case] = set()
    asked: set[str] = set()

    def exchanges() -> Iterator[Exchange]:
        for event in read(sorted(workers.glob("*.jsonl"))):
            if isinstance(event, Observed):
                seen.add(event.outcome.case)
            elif isinstance(event, Exchanged):
                asked.add(event.exchange.request.operation)
                yield event.exchange

    planned = plan.cases()
    for outcome in folded(exchanges(), subject):
        if outcome.case in planned:
            seen.add(outcome.case)
            yield Observed(outcome)
    passive = catalogue.judged_passively()
    for case in sorted(planned - seen):
        requirement = catalogue.requirements[case.requirement]
        if case.requirement in passive and case.operation in asked:
            reason = "its answers held nothing to judge this by"
            yield Observed(Outcome(case.requirement, case.operation, Verdict.NOT_APPLICABLE, reason))
        elif requirement.kind in {Kind.STATIC, Kind.RUN}:
            reason = requirement.not_tested or "no answer of this run gave occasion to judge it"
            yield Observed(Outcome(case.requirement, case.operation, Verdict.NOT_TESTED, reason))


class _Line(msgspec.Struct):
    """As much of an event as sorting needs."""

    type: str
    item: str = ""


def merge(workers: Path, whole: Path, items: Iterable[str], footer: RunFinished) -> None:
    """Write one log: the header, then every item's events in the order of the plan, then the footer.

    Lines are moved as they are; one that a killed worker left half-written is dropped.
    """
    order = {name: index for index, name in enumerate(items)}
    last = len(order)
    decoder = msgspec.json.Decoder(_Line)
    logs = sorted(workers.glob("*.jsonl"), key=lambda path: (path.stem != "controller", path.stem))
    places: list[tuple[int, int, int, int]] = []  # rank, log, offset and length of every line
    for number, log in enumerate(logs):
        offset = 0
        with log.open("rb") as file:
            for line in file:
                if line.endswith(b"\n"):
                    name = decoder.decode(line).item
                    places.append((order.get(name, -1 if not name else last), number, offset, len(line)))
                offset += len(line)
    places.sort()
    partial = whole.with_suffix(".part")
    with ExitStack() as files, partial.open("wb") as file:
        sources = [files.enter_context(log.open("rb")) for log in logs]
        for _, number, offset, length in places:
            sources[number].seek(offset)
            file.write(sources[number].read(length))
        file.write(msgspec.json.encode(msgspec.structs.replace(footer, events=len(places) + 1)) + b"\n")
    partial.replace(whole)
