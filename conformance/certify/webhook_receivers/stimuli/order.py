"""W26: the two events of a resource, in every order, with a tie, and among others."""

from typing import Any

from conformance.certify.webhook_receivers import messages as m
from conformance.certify.webhook_receivers.definitions import ExpectedResponse, Payload, SendMode, Step, Stimulus
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


def _order(name: str, *steps: Step, reason: str = ANY_ORDER, states: tuple[str, ...] = ("A",)) -> Stimulus:
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
    _order("out of order", Step("A", payload=_ENDED), Step("B")),
    _order("in order", Step("B"), Step("A", payload=_ENDED), reason="The end is another event of the same resource."),
    _order(
        "created again at the end",
        Step("B", before=m.make_older(2)),
        Step("A", payload=_ENDED),
        Step("B"),
        reason="A retry may arrive late.",
    ),
    _order(
        "two resources, interleaved",
        Step("C"),
        Step("D", "2"),
        Step("A", payload=_ENDED),
        Step("B", "2", payload=_ENDED),
        states=("A", "B"),
    ),
    _order("one timestamp, in order", Step("B", before=_INSTANT), Step("A", payload=_ENDED, before=_INSTANT)),
    _order("one timestamp, out of order", Step("A", payload=_ENDED, before=_INSTANT), Step("B", before=_INSTANT)),
    _order(
        "unknown event between the two",
        Step("B"),
        Step("C", before=m.change_payload(change_event)),
        Step("A", payload=_ENDED),
    ),
    _order(
        "unknown event after the end",
        Step("B"),
        Step("A", payload=_ENDED),
        Step("C", before=m.change_payload(change_event)),
    ),
)
