import time

import msgspec
import pytest

from conformance.description import Description, load_description
from conformance.validation import SchemaValidators, SecondOpinion
from conformance.webhooks.delivery import Delivery
from conformance.webhooks.delivery_checks import ProviderSender
from conformance.webhooks.signatures import WebhookKey, build_signature_headers
from strategies import sample, schema_of_webhook

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
KEY = WebhookKey(SECRET)
CREATED, ENDED = "charging_sub_session.created", "charging_sub_session.ended"


@pytest.fixture(scope="session")
def sender() -> ProviderSender:
    description: Description = load_description()
    return ProviderSender((KEY,), description, SchemaValidators(description), SecondOpinion(description))


@pytest.fixture(scope="session")
def payload(sender):
    """Return a function that makes a payload of an event, with changes to its data and envelope."""

    def make_payload(event: str, data: dict | None = None, **envelope):
        whole = sample(sender.validators, schema_of_webhook(sender.validators, event))
        end = whole["data"]["start"] if event == ENDED else None
        own = {**whole["data"], "end": end, **(data or {})}
        return {**whole, "timestamp": whole["data"]["start"], "data": own, **envelope}

    return make_payload


def make_delivery(payload, *, identifier="msg_1", at=None, stamp=None, key=KEY, event=None, body=None) -> Delivery:
    at = time.time() if at is None else at
    body = msgspec.json.encode(payload) if body is None else body
    stamp = str(int(at)) if stamp is None else stamp
    signed = build_signature_headers(identifier, stamp, "v1," + key.compute_mac(identifier, stamp, body))
    named = ("svix-event-type", payload["type"] if event is None else event)
    return Delivery((("content-type", "application/json"), *signed, named), body, at, "/", 200)
