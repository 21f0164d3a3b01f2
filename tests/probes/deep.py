"""Items of one operation run in the profile deep, each as a run of its own."""

from conformance.eventlog import read
from conformance.execution.opening import RunOptions
from conformance.execution.session import Session
from conformance.execution.worker import Worker
from conformance.model import Exchanged, Observed, Profile, Verdict


def ran(base_url, folder, probes, operation, **more):
    """The violations that some probes saw at an operation, and the exchanges by id in the order of sending."""
    options = RunOptions(
        target=base_url, profile=Profile.DEEP, budget=10**6, allow_writes=True, report_dir=folder, **more
    )
    session = Session.open(options)
    worker = Worker(session.spec, session.brief, "main")
    for item in worker.todo:
        if item.probe in probes and item.operation == operation:
            worker.run(item)
    worker.close()
    events = list(read([session.finish()]))
    session.close()
    seen = [each.outcome for each in events if isinstance(each, Observed) and each.item]
    exchanges = {each.exchange.id: each.exchange for each in events if isinstance(each, Exchanged)}
    return [each for each in seen if each.verdict in {Verdict.FAIL, Verdict.WARN, Verdict.ERROR}], exchanges
