"""W26: the two events of a resource, in every order, with a tie, and among others."""

from typing import Any

from conformance.certify.webhook_receivers import messages as m
from conformance.certify.webhook_receivers.definitions import (
    DeliveryStep,
    ExpectedResponse,
    Payload,
    SendMode,
    Stimulus,
)
from conformance.certify.webhook_receivers.messages import Mutation
from conformance.certify.webhook_receivers.stimuli.payloads import change_event
from conformance.certify.webhook_receivers.stimuli.reasons import ANY_ORDER

_ENDED = Payload.ENDED


def _make_instant(payload: dict[str, Any]) -> dict[str, Any]:
    """Let the resource begin and end at the same whole second, which is the timestamp of both events."""
    data, moment = payload["data"], payload["data"]["start"][:19] + "Z"
    end = moment if data.get("end") else None
    return {**payload, "timestamp": moment, "data": {**data, "start": moment, "end": end}}


_INSTANT: Mutation = m.change_payload(_make_instant)


def _make_short(payload: dict[str, Any]) -> dict[str, Any]:
    """Let the resource begin at a whole second, written without a fraction, and end later in the same second."""
    data, second = payload["data"], payload["data"]["start"][:19]
    end = f"{second}.700000Z" if data.get("end") else None
    return {**payload, "timestamp": end or f"{second}Z", "data": {**data, "start": f"{second}Z", "end": end}}


_SHORT: Mutation = m.change_payload(_make_short)


def _order(name: str, *steps: DeliveryStep, reason: str = ANY_ORDER, states: tuple[str, ...] = ("A",)) -> Stimulus:
    """Return a sequence after which the resources of some messages have ended."""
    return Stimulus(
        name,
        "W26",
        ExpectedResponse.ACCEPT,
        reason,
        mode=SendMode.STEPS,
        steps=steps,
        states=tuple((message, "ended") for message in states),
    )


ORDER = (
    _order("out of order", DeliveryStep("A", payload=_ENDED), DeliveryStep("B")),
    _order(
        "in order",
        DeliveryStep("B"),
        DeliveryStep("A", payload=_ENDED),
        reason="The end is another event of the same resource.",
    ),
    _order(
        "created again at the end",
        DeliveryStep("B", before=m.make_older(2)),
        DeliveryStep("A", payload=_ENDED),
        DeliveryStep("B"),
        reason="A retry may arrive late.",
    ),
    _order(
        "two resources, interleaved",
        DeliveryStep("C"),
        DeliveryStep("D", "2"),
        DeliveryStep("A", payload=_ENDED),
        DeliveryStep("B", "2", payload=_ENDED),
        states=("A", "B"),
    ),
    _order(
        "two resources, interleaved, out of order",
        DeliveryStep("A", payload=_ENDED),
        DeliveryStep("B", "2", payload=_ENDED),
        DeliveryStep("C"),
        DeliveryStep("D", "2"),
        states=("A", "B"),
    ),
    _order(
        "one second, in order",
        DeliveryStep("B", before=_SHORT),
        DeliveryStep("A", payload=_ENDED, before=_SHORT),
        reason="Times are moments: 05.7 is later than 05, although its text is not.",
    ),
    _order(
        "one timestamp, in order",
        DeliveryStep("B", before=_INSTANT),
        DeliveryStep("A", payload=_ENDED, before=_INSTANT),
    ),
    _order(
        "one timestamp, out of order",
        DeliveryStep("A", payload=_ENDED, before=_INSTANT),
        DeliveryStep("B", before=_INSTANT),
    ),
    _order(
        "unknown event between the two",
        DeliveryStep("B"),
        DeliveryStep("C", before=m.change_payload(change_event)),
        DeliveryStep("A", payload=_ENDED),
    ),
    _order(
        "unknown event after the end",
        DeliveryStep("B"),
        DeliveryStep("A", payload=_ENDED),
        DeliveryStep("C", before=m.change_payload(change_event)),
    ),
)
