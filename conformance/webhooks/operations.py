"""Deliveries as operations: keys of events, and the operations that reports show."""

from conformance.model import Body, Effect, Media, Operation, ResponseSpec, Role


def build_operation_key(event: str) -> str:
    """Return the operation key of an event; `*` for a delivery without an event type."""
    return f"WEBHOOK {event}" if event else "*"


def build_delivery_operation(key: str, *, group: str, schema: str = "", pointer: str = "") -> Operation:
    """Return the operation that accepts deliveries, as reports show it; `pointer` is its place in the description."""
    method, _, path = key.partition(" ")
    body = Body(required=True, media=(Media("application/json", schema),))
    responses = tuple(ResponseSpec(status) for status in ("2XX", "4XX"))
    return Operation(key, key, method, path, pointer, Role.ACTION, Effect.WRITE, group, body=body, responses=responses)
