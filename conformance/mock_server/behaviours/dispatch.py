"""Dispatch events, which are planned, and cancelled once."""

from conformance.mock_server import clock
from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.problems import Problem, build_rejected
from conformance.mock_server.write_handler import WriteHandler

_EVENTS = "/dispatch_coordinators/{dispatch_coordinator_id}/dispatch_events"


def plan_event(writes: WriteHandler, call: ServerCall) -> ServerResponse:
    """Add an event; it must end after it starts."""
    parent = writes.reads.find_parent(call)
    body = writes.read_body(call)
    begin, end = clock.parse_time(body["start_time"]), clock.parse_time(body["end_time"])
    if begin is None or end is None or end <= begin:
        raise build_rejected(call.operation, {"end_time": ["Must be after start_time."]})
    event = writes.create_record(
        call, writes.world.shape.resources["dispatch_coordinators.dispatch_events"], parent, body
    )
    return writes.build_success_response(call, event)


def cancel_event(writes: WriteHandler, call: ServerCall) -> ServerResponse:
    """Cancel an event, once."""
    event = writes.reads.find_parent(call)
    assert event is not None  # noqa: S101
    if event.key in writes.reads.behaviours.pending_actions:
        raise Problem(400, "already-cancelled", "The event is cancelled already.")
    writes.reads.behaviours.pending_actions[event.key] = ""
    return writes.build_success_response(call, None, status="CANCELLED")


ACTIONS = {f"POST {_EVENTS}": plan_event, f"POST {_EVENTS}/{{dispatch_event_id}}/cancel": cancel_event}
