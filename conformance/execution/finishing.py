"""What is done once all items of a run have ended: judge what only the whole shows, and make one log of it."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

from conformance.description.lint import outcomes
from conformance.description.positions import places
from conformance.eventlog import Writer
from conformance.execution.closing import closing, merge
from conformance.execution.spec import Brief, RunSpec
from conformance.execution.store import Store, store_path
from conformance.model import Event, Kind, Observed, Placed, RunFinished
from conformance.validation import Validators


def finish(spec: RunSpec, brief: Brief, log: Writer, footer: Callable[[dict[str, int], str], RunFinished]) -> Path:
    """Write the last verdicts and merge the workers' logs into `events.jsonl`.

    `footer` is given what each identity spent, and why the run stopped itself.
    """
    workers, whole = spec.path / "workers", spec.path / "events.jsonl"
    store = Store(store_path(spec.path))
    spent, stop = store.spent(), store.stopped()
    store.close()
    for event in _static(spec, brief):
        log.append(event)
    for event in closing(workers, brief.plan, brief.catalogue, spec.subject(brief.description)):
        log.append(event)
    log.close()
    merge(workers, whole, [item.name for item in brief.plan.items], footer(spent, stop))
    shutil.rmtree(workers)
    return whole


def _static(spec: RunSpec, brief: Brief) -> Iterator[Event]:
    """The planned requirements that bind the description itself, as it was published; and what stands where in it.

    Done at the end, for it takes longer than all that must come before the first request.
    """
    kinds = {each.id: each.kind for each in brief.catalogue.requirements.values()}
    static = {case for case in brief.plan.cases() if kinds[case.requirement] is Kind.STATIC}
    judged = [each for each in outcomes(spec.published(), Validators) if each.case in static] if static else []
    for outcome in judged:
        yield Observed(outcome, "")
    pointers = (*(each.pointer for each in brief.description.model.operations), *(each.pointer for each in judged))
    yield Placed(places(brief.description, pointers))
