"""Plan items of one operation in the profile deep, each as a run of its own."""

from conformance.execution.session import Session
from conformance.execution.setup import RunOptions
from conformance.execution.worker import Worker
from conformance.model import Exchanged, Observed, Profile, Verdict
from conformance.run_log.event_log import read_events


def run_items(base_url, folder, probes, operation, **more):
    """Return the violations that some probes saw at an operation, and the exchanges by id in the order of sending."""
    options = RunOptions(
        target=base_url, profile=Profile.DEEP, budget=10**6, allow_writes=True, report_dir=folder, **more
    )
    session = Session.open(options)
    worker = Worker(session.spec, session.brief, "main")
    for item in worker.remaining_items:
        if item.probe in probes and item.operation == operation:
            worker.run(item)
    worker.close()
    events = list(read_events([session.finish()]))
    session.close()
    seen = [event.outcome for event in events if isinstance(event, Observed) and event.item]
    exchanges = {event.exchange.id: event.exchange for event in events if isinstance(event, Exchanged)}
    return [outcome for outcome in seen if outcome.verdict in {Verdict.FAIL, Verdict.WARN, Verdict.ERROR}], exchanges
