"""Dispatch events, which are planned, and cancelled once."""

from conformance.mock_server import clock
from conformance.mock_server.call import Answer, Call
from conformance.mock_server.problems import Problem, rejected
from conformance.mock_server.write_handler import Writes

_EVENTS = "/dispatch_coordinators/{dispatch_coordinator_id}/dispatch_events"


def plan(writes: Writes, call: Call) -> Answer:
    """Add an event; it must end after it starts."""
    parent = writes.reads.above(call)
    body = writes.body(call)
    begin, end = clock.parse(body["start_time"]), clock.parse(body["end_time"])
    if begin is None or end is None or end <= begin:
        raise rejected(call.operation, {"end_time": ["Must be after start_time."]})
    event = writes.create(call, writes.world.shape.resources["dispatch_coordinators.dispatch_events"], parent, body)
    return writes.done(call, event)


def cancel(writes: Writes, call: Call) -> Answer:
    """Cancel an event, once."""
    event = writes.reads.above(call)
    assert event is not None  # noqa: S101
    if event.key in writes.reads.behaviours.pending:
        raise Problem(400, "already-cancelled", "The event is cancelled already.")
    writes.reads.behaviours.pending[event.key] = ""
    return writes.done(call, None, status="CANCELLED")


ACTIONS = {f"POST {_EVENTS}": plan, f"POST {_EVENTS}/{{dispatch_event_id}}/cancel": cancel}
