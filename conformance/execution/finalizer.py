"""The end of a run, after its last item: the last verdicts, and one log merged from all."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

from conformance.description.lint import build_outcomes
from conformance.description.positions import find_places
from conformance.execution.last_outcomes import judge_remaining, merge_logs, read_worker_logs
from conformance.execution.spec import RunContext, RunSpec
from conformance.execution.store import SharedStore, get_store_path
from conformance.model import Event, Kind, Observed, Placed, RunFinished
from conformance.run_log.event_log import LogWriter
from conformance.validation import SchemaValidators


def finish_run(
    spec: RunSpec, brief: RunContext, log: LogWriter, footer: Callable[[dict[str, int], str], RunFinished]
) -> Path:
    """Write the last verdicts, merge the logs of the workers into `events.jsonl`, and return its path.

    Events are read one by one, because those of a long run take much memory. `footer` gets the requests that each
    identity sent, and the reason why the run stopped early (else empty).
    """
    workers, whole = spec.path / "workers", spec.path / "events.jsonl"
    store = SharedStore(get_store_path(spec.path))
    spent, stop = store.get_spent(), store.get_stop_reason()
    store.close()
    for event in _judge_description(spec, brief):
        log.append(event)
    subject = spec.build_subject(brief.description)
    log.append_together(list(judge_remaining(read_worker_logs(workers), brief.plan, brief.catalogue, subject)))
    log.close()
    merge_logs(workers, whole, [item.name for item in brief.plan.items], footer(spent, stop))
    shutil.rmtree(workers)
    return whole


def _judge_description(spec: RunSpec, brief: RunContext) -> Iterator[Event]:
    """Yield the outcomes of the planned STATIC cases, then the lines where operations and violations stand.

    The description is judged as it was published, without overlays. This takes longer than everything that precedes
    the first request, so it is done at the end.
    """
    kinds = {requirement.id: requirement.kind for requirement in brief.catalogue.requirements.values()}
    static = {case for case in brief.plan.list_open_cases() if kinds[case.requirement] is Kind.STATIC}
    judged = (
        [
            outcome
            for outcome in build_outcomes(spec.load_published_description(), SchemaValidators)
            if outcome.case in static
        ]
        if static
        else []
    )
    for outcome in judged:
        yield Observed(outcome, "")
    operations = brief.description.model.operations
    pointers = (*(operation.pointer for operation in operations), *(outcome.pointer for outcome in judged))
    yield Placed(find_places(brief.description, pointers))
