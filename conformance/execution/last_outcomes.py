"""The last verdicts of a run, which need all its logs, and the merge of these logs into one."""

from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path

import msgspec

from conformance.evidence.subject import Subject
from conformance.execution.folds import judge_exchanges
from conformance.model import Case, Event, Exchange, Exchanged, Kind, Observed, Outcome, RunFinished, Verdict
from conformance.plan import Catalogue, Plan
from conformance.run_log.event_log import read_events


def judge_remaining(workers: Path, plan: Plan, catalogue: Catalogue, subject: Subject) -> Iterator[Event]:
    """Yield the outcomes that rest on all exchanges together, then one with a reason for each case left unjudged."""
    judged: set[Case] = set()
    called: set[str] = set()  # operations that a request was sent to

    def read_exchanges() -> Iterator[Exchange]:
        for event in read_events(sorted(workers.glob("*.jsonl"))):
            if isinstance(event, Observed):
                judged.add(event.outcome.case)
            elif isinstance(event, Exchanged):
                called.add(event.exchange.request.operation)
                yield event.exchange

    planned = plan.list_open_cases()
    requirements = {case.requirement for case in planned}
    for outcome in judge_exchanges(read_exchanges(), subject):
        is_violation = outcome.verdict in {Verdict.FAIL, Verdict.REVIEW}
        if outcome.case in planned or (is_violation and outcome.requirement in requirements):
            judged.add(outcome.case)
            yield Observed(outcome)
    passive = catalogue.find_passive_requirements()
    for case in sorted(planned - judged):
        requirement = catalogue.requirements[case.requirement]
        if (case.requirement in passive or requirement.kind is Kind.RUN) and case.operation in called:
            reason = "its responses contain nothing to judge this by"
            yield Observed(Outcome(case.requirement, case.operation, Verdict.NOT_APPLICABLE, reason))
        elif requirement.kind in {Kind.STATIC, Kind.RUN}:
            reason = requirement.not_tested or "no response of this run allows a verdict"
            yield Observed(Outcome(case.requirement, case.operation, Verdict.NOT_TESTED, reason))


class _Line(msgspec.Struct):
    """The fields of an event that decide its place in the log."""

    type: str
    item: str = ""


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
        offset = 0
        with log.open("rb") as file:
            for line in file:
                if line.endswith(b"\n"):
                    name = decoder.decode(line).item
                    lines.append((order.get(name, -1 if not name else last), number, offset, len(line)))
                offset += len(line)
    lines.sort()
    partial = path.with_suffix(".part")
    with ExitStack() as files, partial.open("wb") as file:
        sources = [files.enter_context(log.open("rb")) for log in logs]
        for _, number, offset, length in lines:
            sources[number].seek(offset)
            file.write(sources[number].read(length))
        file.write(msgspec.json.encode(msgspec.structs.replace(footer, events=len(lines) + 1)) + b"\n")
    partial.replace(path)
