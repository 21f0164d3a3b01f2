"""A run of plan items in this process, one after the other, without pytest."""

from conformance.execution.session import Session
from conformance.execution.setup import RunOptions
from conformance.execution.worker import Worker
from reports import Summary, fold, read_events


def run_session(options: RunOptions) -> Summary:
    """Run the plan of some options in this process, and return the summary of its log."""
    session = Session.open(options)
    try:
        worker = Worker(session.spec, session.brief, "main")
        for item in worker.remaining_items:
            worker.run(item)
        worker.close()
        return fold(read_events([session.finish()]))
    finally:
        session.close()
