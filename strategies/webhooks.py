"""Webhook payloads as the provider sends them, to test a receiver with."""

from functools import partial
from typing import Any

from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument

from conformance.description import pointers
from conformance.validation import SchemaValidators
from strategies.instances import Known, instances, variations
from strategies.samples import sample


def schema_of_webhook(validators: SchemaValidators, event: str) -> str:
    """Return the pointer of the schema of an event's payload.

    Raises InvalidArgument for an event that the description does not know.
    """
    events = validators.description.document.get("webhooks", {})
    if event not in events:
        raise InvalidArgument(
            f"event must be one of the description: {', '.join(events) or 'it has none'}, got {event!r}"
        )
    return pointers.join("#", "webhooks", event, "post", "requestBody", "content", "application/json", "schema")


def webhook_payloads(
    validators: SchemaValidators, event: str, *, known: Known | None = None
) -> st.SearchStrategy[dict[str, Any]]:
    """Return a strategy for valid payloads of an event: `type`, `timestamp` and `data`, links unexpanded.

    A `.created` event has no end yet, an `.ended` event does not end before its start, and the timestamp is that of the
    event. For payloads that a receiver must refuse, pass one to `defects` with `schema_of_webhook`.

    In a test of your own::

        @given(payload=webhook_payloads(validators, "charging_sub_session.ended"))
        def test_the_receiver_accepts_valid_payloads(payload):
            assert deliver(payload).status_code // 100 == 2
    """
    pointer = schema_of_webhook(validators, event)
    values = {"type": [event], **(known or {})}
    simplest = sample(validators, pointer)
    drawn = (
        variations(validators, pointer, simplest, known=values)
        if simplest
        else instances(validators, pointer, known=values)
    )
    return drawn.map(_make_consistent).filter(partial(validators.is_valid, pointer))


def _make_consistent(payload: dict[str, Any]) -> dict[str, Any]:
    """Return a payload whose timestamp, start and end fit its event."""
    data = payload.get("data", {})
    if payload["type"].endswith(".created") and data.get("start"):
        return {**payload, "timestamp": data["start"], "data": {**data, "end": None}}
    if payload["type"].endswith(".ended") and data.get("start"):
        start, end = sorted([data["start"], data.get("end") or data["start"]])
        return {**payload, "timestamp": end, "data": {**data, "start": start, "end": end}}
    return payload
