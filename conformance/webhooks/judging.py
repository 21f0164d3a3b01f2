"""WHK-01, 02, 03 and 06: what one delivery shows by itself. Pure."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import msgspec

from conformance.answers import UNREADABLE
from conformance.description import Description
from conformance.judging import quote
from conformance.model import Outcome, Verdict
from conformance.validation import SecondOpinion, Validators
from conformance.webhooks.delivery import Delivery
from conformance.webhooks.signing import TOLERANCE_S, Key
from strategies import schema_of_webhook

CREATED, ENDED = ".created", ".ended"
NEAR_S = 900.0
"""How far the event's `timestamp` may be from the `start` or `end` that it tells of: no source gives a figure."""
_MOST = 3  # schema errors of one delivery


class Sender(msgspec.Struct, frozen=True):
    """Who is judged: the keys of the endpoint (several while one rotates) and the description of its events."""

    keys: tuple[Key, ...]
    description: Description
    validators: Validators
    opinion: SecondOpinion

    @property
    def events(self) -> tuple[str, ...]:
        """The events that the description knows."""
        return tuple(self.description.document.get("webhooks", {}))


def operation_of(event: str) -> str:
    """The operation key of an event; `*` for a delivery that names none."""
    return f"WEBHOOK {event}" if event else "*"


def judge(delivery: Delivery, exchange: str, sender: Sender) -> Iterator[Outcome]:
    """What one delivery shows; `exchange` is the id under which it is on record."""
    for requirement, look in (("WHK-01", _signed), ("WHK-02", _named), ("WHK-03", _valid), ("WHK-06", _timed)):
        for verdict, message, details in look(delivery, sender):
            yield Outcome(requirement, operation_of(delivery.event), verdict, message, exchanges=(exchange,), **details)


Words = tuple[Verdict, str, dict[str, Any]]


def _signed(delivery: Delivery, sender: Sender) -> Iterator[Words]:
    stamp, signatures = delivery.header("svix-timestamp"), delivery.header("svix-signature")
    missing = [name for name in ("svix-id", "svix-timestamp", "svix-signature") if not delivery.header(name)]
    if missing:
        yield Verdict.FAIL, f"{missing[0]} is missing or empty", {"pointer": f"header:{missing[0]}"}
        return
    if not any(key.accepts(delivery.id, stamp, delivery.body, signatures) for key in sender.keys):
        message = "no signature is that of the raw bytes under the secret"
        yield Verdict.FAIL, message, {"pointer": "header:svix-signature", "actual": quote(signatures)}
        return
    off = _off(stamp, delivery.arrived_at)
    if off is None:
        wrong = {"pointer": "header:svix-timestamp", "expected": "seconds since 1970", "actual": quote(stamp)}
        yield Verdict.FAIL, "the timestamp is no whole number of seconds", wrong
    elif not delivery.arrived_at:
        yield Verdict.NOT_OBSERVABLE, "the signature verifies; the capture does not tell when it arrived", {}
    elif abs(off) > TOLERANCE_S:
        details = {"expected": f"within {TOLERANCE_S} s of arrival", "actual": f"{off:+.0f} s"}
        yield Verdict.FAIL, "the timestamp is not near arrival", {"pointer": "header:svix-timestamp", **details}
    else:
        yield Verdict.PASS, "", {}


def _off(stamp: str, arrived_at: float) -> float | None:
    """Seconds from arrival to the timestamp; None where it is no number of a sane length."""
    return int(stamp) - arrived_at if stamp.isascii() and stamp.isdigit() and len(stamp) <= 12 else None


def _named(delivery: Delivery, _: Sender) -> Iterator[Words]:
    header = delivery.header("svix-event-type")
    if header and header == delivery.event:
        yield Verdict.PASS, "", {}
        return
    details = {"pointer": "header:svix-event-type", "expected": quote(delivery.event), "actual": quote(header)}
    yield Verdict.FAIL, "svix-event-type is not the type in the body", details


def _valid(delivery: Delivery, sender: Sender) -> Iterator[Words]:
    if delivery.json is UNREADABLE:
        yield Verdict.FAIL, "the body is no JSON", {"actual": quote(delivery.body[:80].decode("utf-8", "replace"))}
    elif delivery.event not in sender.events:
        details = {"pointer": "/type", "expected": quote(sender.events), "actual": quote(delivery.event)}
        yield Verdict.FAIL, "the type is no event of the description", details
    else:
        yield from _against_schema(delivery, sender)


def _against_schema(delivery: Delivery, sender: Sender) -> Iterator[Words]:
    errors = sender.validators.schema(schema_of_webhook(sender.validators, delivery.event), delivery.json)
    second = sender.opinion.webhook(delivery.event, delivery.headers, delivery.body) if errors else ()
    if not errors:
        yield Verdict.PASS, "", {}
    for error in errors[:_MOST]:
        agreed = Verdict.FAIL if second else Verdict.INCONCLUSIVE
        message = error.message if second else f"{error.message}; openapi-core finds it valid"
        yield agreed, message, {"pointer": error.pointer, "expected": error.expected, "actual": error.actual}


def _timed(delivery: Delivery, _: Sender) -> Iterator[Words]:
    data, ended = delivery.data, delivery.event.endswith(ENDED)
    if not data or not delivery.event.endswith((CREATED, ENDED)):
        return
    if ended is (data.get("end") is None):
        expected = "an end" if ended else "null"
        message = f"an event of the type {delivery.event} {'has no' if ended else 'has an'} end"
        yield Verdict.FAIL, message, {"pointer": "/data/end", "expected": expected, "actual": quote(data.get("end"))}
        return
    told, happened = moment(delivery.json.get("timestamp")), moment(data.get("end" if ended else "start"))
    if told is None or happened is None:
        return
    if abs((told - happened).total_seconds()) > NEAR_S:
        details = {"expected": f"within {NEAR_S:g} s of {happened.isoformat()}", "actual": told.isoformat()}
        yield Verdict.FAIL, "the timestamp is far from what it tells of", {"pointer": "/timestamp", **details}
    else:
        yield Verdict.PASS, "", {}


def moment(value: Any) -> datetime | None:
    """A moment with an offset, None for anything else."""
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return found if found is not None and found.tzinfo else None
