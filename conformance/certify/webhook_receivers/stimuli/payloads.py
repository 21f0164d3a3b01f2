"""W20 to W22: correctly signed bodies that are broken, unknown, or newer or older than the description."""

import json
from datetime import datetime
from typing import Any

import msgspec

from conformance.certify.webhook_receivers import messages as m
from conformance.certify.webhook_receivers.definitions import (
    DeliveryStep,
    ExpectedResponse,
    Payload,
    SendMode,
    Stimulus,
)
from conformance.certify.webhook_receivers.messages import Mutation
from conformance.certify.webhook_receivers.stimuli.endings import begin_first
from conformance.certify.webhook_receivers.stimuli.reasons import LENIENT, RETRIES
from conformance.model import Level

Json = dict[str, Any]


def _add_unknown_enum_values(payload: Json) -> Json:
    """Give an unknown value to each property that is an enum by its name."""
    data = payload["data"]
    enum_names = {name for name in data if name == "mode" or name.endswith(("_type", "classification"))}
    return {**payload, "data": {**data, **dict.fromkeys(enum_names, "A_VALUE_OF_TOMORROW")}}


def _add_unknown_fields(payload: Json) -> Json:
    """Add unknown fields to the data and to the envelope."""
    data = {**payload["data"], "field_of_tomorrow": {"deep": [1, None, "ä"]}}
    return {**payload, "data": data, "envelope_of_tomorrow": True}


def _add_letters(payload: Json) -> Json:
    """Add letters whose UTF-8 has two, three and four bytes."""
    return {**payload, "data": {**payload["data"], "field_of_tomorrow": "\u00e9 \u20ac \U0001f50c"}}


def _escape_letters(body: bytes) -> bytes:
    """Add the same letters, written as escapes of JSON."""
    return json.dumps(_add_letters(msgspec.json.decode(body)), separators=(",", ":")).encode()


def _add_envelope_id(payload: Json) -> Json:
    """Add an id to the envelope, the same in every message."""
    return {**payload, "id": "evt_of_tomorrow"}


def _rename_envelope(payload: Json) -> Json:
    """Rename the fields of the envelope."""
    return {"event": payload["type"], "payload": payload["data"]}


def change_type(payload: Json) -> Json:
    """Replace the event by one that does not exist yet."""
    return {**payload, "type": "tariff_of_tomorrow.published", "data": {"id": "tomo01", "url": "https://example.com/1"}}


def change_event(payload: Json) -> Json:
    """Replace the event by one of the same resource that does not exist yet."""
    return {**payload, "type": payload["type"].rpartition(".")[0] + ".paused"}


def name_like_an_end(payload: Json) -> Json:
    """Replace the event by one of the same resource that does not exist yet, and whose name ends in "ended"."""
    return {**payload, "type": payload["type"].rpartition(".")[0] + ".suspended"}


def _round_times(timespec: str) -> Mutation:
    """Write all times with this precision, `seconds` or `microseconds`."""

    def write(text: str) -> str:
        time = datetime.fromisoformat(text)
        return time.replace(tzinfo=None).isoformat(timespec=timespec) + "Z"

    def change(payload: Json) -> Json:
        data = payload["data"]
        times = {name: write(data[name]) for name in ("start", "end") if data.get(name)}
        return {**payload, "timestamp": write(payload["timestamp"]), "data": {**data, **times}}

    return m.change_payload(change)


def _reorder(payload: Json) -> Json:
    """Put `data` first and `type` last."""
    return {name: payload[name] for name in reversed(payload)}


def _survive(name: str, make: Mutation) -> Stimulus:
    """Return a broken body, which is sent twice as the provider would."""
    step = DeliveryStep(expected=ExpectedResponse.SURVIVE, before=make)
    reason = RETRIES
    return Stimulus(
        name, "W20", ExpectedResponse.SURVIVE, reason, Level.SHOULD, mode=SendMode.STEPS, steps=(step, step)
    )


def _accept(name: str, requirement: str, make: Mutation, **fields: Any) -> Stimulus:
    return Stimulus(name, requirement, ExpectedResponse.ACCEPT, LENIENT, before=make, **fields)


def _accept_end(name: str, make: Mutation) -> Stimulus:
    """Return a changed ended event, which must be accepted."""
    return begin_first(_accept(name, "W22", make, payload=Payload.ENDED))


def _accept_shape(name: str, payloads: tuple[Payload, Payload], reason: str) -> tuple[Stimulus, Stimulus]:
    """Return a created and an ended event of a shape, which must be accepted."""
    created, ended = payloads
    accept = ExpectedResponse.ACCEPT
    return (
        Stimulus(name, "W22", accept, reason, payload=created),
        begin_first(Stimulus(f"{name} of an ended event", "W22", accept, reason, payload=ended)),
    )


PAYLOADS = (
    _survive("no JSON", m.change_body(lambda body: body[:-1])),
    _survive("no UTF-8", m.change_body(lambda _: b'{"type":"\xff"}')),
    _survive("wrong envelope", m.change_payload(_rename_envelope)),
    _survive("an array", m.change_body(lambda body: b"[" + body + b"]")),
    _survive("null", m.change_body(lambda _: b"null")),
    _survive("data is null", m.change_payload(lambda payload: {**payload, "data": None})),
    _survive("data without an id", m.change_payload(lambda payload: {**payload, "data": {}})),
    _survive("no body", m.change_body(lambda _: b"")),
    _accept("unknown type", "W21", m.change_payload(change_type)),
    _accept("unknown event of a known resource", "W21", m.change_payload(change_event)),
    Stimulus(
        "unknown event after created",
        "W21",
        ExpectedResponse.ACCEPT,
        "An unknown event says nothing about the end.",
        mode=SendMode.STEPS,
        steps=(DeliveryStep("A"), DeliveryStep("B", before=m.change_payload(change_event))),
        states=(("A", "created"),),
    ),
    Stimulus(
        "unknown event whose name ends like that of an end",
        "W21",
        ExpectedResponse.ACCEPT,
        "An event is what its whole name says.",
        mode=SendMode.STEPS,
        steps=(DeliveryStep("A"), DeliveryStep("B", before=m.change_payload(name_like_an_end))),
        states=(("A", "created"),),
    ),
    _accept("unknown fields", "W22", m.change_payload(_add_unknown_fields)),
    _accept_end("unknown fields of an ended event", m.change_payload(_add_unknown_fields)),
    _accept("unknown enum values", "W22", m.change_payload(_add_unknown_enum_values)),
    _accept_end("unknown enum values of an ended event", m.change_payload(_add_unknown_enum_values)),
    _accept("letters of every length in UTF-8", "W22", m.change_payload(_add_letters)),
    _accept("letters written as escapes", "W22", m.change_body(_escape_letters)),
    Stimulus(
        "an unknown id in the envelope",
        "W22",
        ExpectedResponse.ACCEPT,
        "The id of a message is that of its header.",
        mode=SendMode.STEPS,
        steps=tuple(DeliveryStep(letter, letter, before=m.change_payload(_add_envelope_id)) for letter in "AB"),
    ),
    _accept("members in another order", "W22", m.change_payload(_reorder)),
    _accept("JSON with line breaks", "W22", m.change_body(lambda body: msgspec.json.format(body, indent=2))),
    _accept_end("times of whole seconds", _round_times("seconds")),
    _accept_end("times with microseconds", _round_times("microseconds")),
    *_accept_shape("nulls", (Payload.NULLS, Payload.NULLS_ENDED), "The description allows null here."),
    *_accept_shape("an older shape", (Payload.REQUIRED, Payload.REQUIRED_ENDED), "The description requires no more."),
)
