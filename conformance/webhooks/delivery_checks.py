"""WHK-01, 02, 03 and 06: the checks of a single delivery. Pure."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import msgspec

from conformance.description import Description
from conformance.evidence.json_bodies import UNREADABLE
from conformance.evidence.outcomes import quote_json
from conformance.model import Outcome, Verdict
from conformance.tools.counts import parse_count
from conformance.validation import SchemaValidators, SecondOpinion
from conformance.validation.errors import SchemaError
from conformance.webhooks.delivery import Delivery
from conformance.webhooks.operations import build_operation_key
from conformance.webhooks.signatures import TOLERANCE_S, WebhookKey
from strategies import schema_of_webhook

CREATED, ENDED = ".created", ".ended"
MAX_EVENT_DELAY_S = 900.0
"""How far an event's `timestamp` may be from its `start` or `end`, in seconds; no source gives a figure."""
_MOST = 3  # schema errors reported of one delivery


class ProviderSender(msgspec.Struct, frozen=True):
    """The sender under test: its keys (several during a rotation), and the description of its events."""

    keys: tuple[WebhookKey, ...]
    description: Description
    validators: SchemaValidators
    opinion: SecondOpinion
    opinions: dict[tuple[str, ...], bool] = msgspec.field(default_factory=dict)

    def is_confirmed(self, delivery: Delivery, errors: Sequence[SchemaError]) -> bool:
        """Return whether openapi-core agrees that a delivery is invalid; the same errors are shown to it once."""
        key = (delivery.event, *(f"{error.pointer} {error.message}" for error in errors))
        if key not in self.opinions:
            confirmed = self.opinion.validate_delivery(delivery.event, delivery.headers, delivery.body)
            self.opinions[key] = bool(confirmed)
        return self.opinions[key]

    @property
    def events(self) -> tuple[str, ...]:
        """Return the events of the description."""
        return tuple(self.description.document.get("webhooks", {}))


def check_delivery(delivery: Delivery, exchange: str, sender: ProviderSender) -> Iterator[Outcome]:
    """Yield the outcomes of one delivery; `exchange` is its id in the run log."""
    for requirement, check in (
        ("WHK-01", _check_signature),
        ("WHK-02", _check_event_header),
        ("WHK-03", _check_body),
        ("WHK-06", _check_timestamp),
    ):
        for verdict, message, details in check(delivery, sender):
            yield Outcome(
                requirement, build_operation_key(delivery.event), verdict, message, exchanges=(exchange,), **details
            )


def is_authentic(delivery: Delivery, sender: ProviderSender) -> bool:
    """Return whether a delivery is signed with a key of the sender, and is not the replay of an old one."""
    offset = _compute_offset(delivery.find_header("svix-timestamp"), delivery.arrived_at)
    is_recent = offset is not None and (not delivery.arrived_at or abs(offset) <= TOLERANCE_S)
    return is_recent and _is_signed(delivery, sender)


def _is_signed(delivery: Delivery, sender: ProviderSender) -> bool:
    stamp, signatures = delivery.find_header("svix-timestamp"), delivery.find_header("svix-signature")
    return any(key.has_valid_signature(delivery.id, stamp, delivery.body, signatures) for key in sender.keys)


_Result = tuple[Verdict, str, dict[str, Any]]  # verdict, message, other fields of the outcome


def _check_signature(delivery: Delivery, sender: ProviderSender) -> Iterator[_Result]:
    """Check WHK-01: a signature that verifies, and a timestamp near arrival."""
    stamp, signatures = delivery.find_header("svix-timestamp"), delivery.find_header("svix-signature")
    for name in ("svix-id", "svix-timestamp", "svix-signature"):
        if len(values := delivery.list_values(name)) > 1:
            details = {"pointer": f"header:{name}", "expected": "one", "actual": quote_json(values)}
            yield Verdict.FAIL, f"{name} is sent {len(values)} times, so which one is signed is open", details
            return
    missing = [name for name in ("svix-id", "svix-timestamp", "svix-signature") if not delivery.find_header(name)]
    if missing:
        yield Verdict.FAIL, f"{missing[0]} is missing or empty", {"pointer": f"header:{missing[0]}"}
        return
    if not _is_signed(delivery, sender):
        message = "no signature is that of the raw body under the secret"
        yield Verdict.FAIL, message, {"pointer": "header:svix-signature", "actual": quote_json(signatures)}
        return
    offset = _compute_offset(stamp, delivery.arrived_at)
    if offset is None:
        details = {"pointer": "header:svix-timestamp", "expected": "seconds since 1970", "actual": quote_json(stamp)}
        yield Verdict.FAIL, "the timestamp is not a whole number of seconds", details
    elif not delivery.arrived_at:
        yield Verdict.NOT_OBSERVABLE, "the signature verifies; the capture has no time of arrival", {}
    elif abs(offset) > TOLERANCE_S:
        details = {"expected": f"within {TOLERANCE_S} s of arrival", "actual": f"{offset:+.0f} s"}
        yield Verdict.FAIL, "the timestamp is not near arrival", {"pointer": "header:svix-timestamp", **details}
    else:
        yield Verdict.PASS, "", {}


def _compute_offset(stamp: str, arrived_at: float) -> float | None:
    """Return the seconds from arrival to the timestamp; None if it is not a whole number."""
    seconds = parse_count(stamp)
    return None if seconds is None else seconds - arrived_at


def _check_event_header(delivery: Delivery, _: ProviderSender) -> Iterator[_Result]:
    """Check WHK-02: the event header repeats the type in the body."""
    header = delivery.find_header("svix-event-type")
    if header and header == delivery.event:
        yield Verdict.PASS, "", {}
        return
    details = {
        "pointer": "header:svix-event-type",
        "expected": quote_json(delivery.event),
        "actual": quote_json(header),
    }
    yield Verdict.FAIL, "svix-event-type differs from the type in the body", details


def _check_body(delivery: Delivery, sender: ProviderSender) -> Iterator[_Result]:
    """Check WHK-03: the content type is JSON, and the body is that of a described event and matches its schema."""
    media_type = delivery.find_header("content-type")
    if media_type and media_type.partition(";")[0].strip().lower() != "application/json":
        details = {"pointer": "header:content-type", "expected": "application/json", "actual": quote_json(media_type)}
        yield Verdict.FAIL, "the content type is not that of the description", details
    if delivery.json is UNREADABLE:
        yield (
            Verdict.FAIL,
            "the body is not JSON",
            {"actual": quote_json(delivery.body[:80].decode("utf-8", "replace"))},
        )
    elif delivery.event not in sender.events:
        details = {"pointer": "/type", "expected": quote_json(sender.events), "actual": quote_json(delivery.event)}
        yield Verdict.FAIL, "the type is not an event of the description", details
    else:
        yield from _check_schema(delivery, sender)


def _check_schema(delivery: Delivery, sender: ProviderSender) -> Iterator[_Result]:
    """Compare the body with its schema; openapi-core must agree before an error is a FAIL."""
    errors = sender.validators.validate_instance(schema_of_webhook(sender.validators, delivery.event), delivery.json)
    is_confirmed = bool(errors) and sender.is_confirmed(delivery, errors)
    if not errors:
        yield Verdict.PASS, "", {}
    for error in errors[:_MOST]:
        verdict = Verdict.FAIL if is_confirmed else Verdict.INCONCLUSIVE
        message = error.message if is_confirmed else f"{error.message}; openapi-core finds it valid"
        yield verdict, message, {"pointer": error.pointer, "expected": error.expected, "actual": error.actual}


def _check_timestamp(delivery: Delivery, _: ProviderSender) -> Iterator[_Result]:
    """Check WHK-06: `end` fits the event, and `timestamp` is near the start or end."""
    data, ended = delivery.data, delivery.event.endswith(ENDED)
    if not data or not delivery.event.endswith((CREATED, ENDED)):
        return
    if ended is (data.get("end") is None):
        expected = "an end" if ended else "null"
        message = f"an event of the type {delivery.event} {'has no' if ended else 'has an'} end"
        yield (
            Verdict.FAIL,
            message,
            {"pointer": "/data/end", "expected": expected, "actual": quote_json(data.get("end"))},
        )
        return
    stated, expected_time = (
        parse_time(delivery.json.get("timestamp")),
        parse_time(data.get("end" if ended else "start")),
    )
    if stated is None or expected_time is None:
        return
    if abs((stated - expected_time).total_seconds()) > MAX_EVENT_DELAY_S:
        details = {
            "expected": f"within {MAX_EVENT_DELAY_S:g} s of {expected_time.isoformat()}",
            "actual": stated.isoformat(),
        }
        yield (
            Verdict.FAIL,
            f"the timestamp is far from the {'end' if ended else 'start'}",
            {"pointer": "/timestamp", **details},
        )
    else:
        yield Verdict.PASS, "", {}


def parse_time(value: Any) -> datetime | None:
    """Return a time with an offset, None for anything else."""
    try:
        parsed = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return parsed if parsed is not None and parsed.tzinfo else None
