"""Test vectors for partners, `specs/webhooks/vectors.json`: the stimuli that a single request shows completely.

`python -m conformance.certify.webhook_receivers.vectors > specs/webhooks/vectors.json` writes the file.
"""

import base64
import sys
from typing import Any

import msgspec

from conformance.certify.webhook_receivers.definitions import (
    ExpectedResponse,
    Payload,
    SendMode,
    SigningKeyChoice,
    Stimulus,
)
from conformance.certify.webhook_receivers.drafts import PUBLISHED_SECRET
from conformance.certify.webhook_receivers.messages import DeliveryDraft, replace_fields, sign_message
from conformance.certify.webhook_receivers.stimuli import STIMULI
from conformance.webhooks.signatures import WebhookKey

SECRETS = {
    SigningKeyChoice.CURRENT: PUBLISHED_SECRET,
    SigningKeyChoice.OTHER: "whsec_" + base64.b64encode(b"a key the receiver never had").decode(),
    SigningKeyChoice.PREVIOUS: "whsec_" + base64.b64encode(b"the key that was used before").decode(),
}
NOW = 1_614_265_330
PUBLISHED = {
    "name": "published by Svix",
    "requirement": "W01",
    "valid": True,
    "because": "https://docs.svix.com/receiving/verifying-payloads/how-manual",
    "headers": [
        ["svix-id", "msg_p5jXN8AQM9LWM0D4loKWxJek"],
        ["svix-timestamp", str(NOW)],
        ["svix-signature", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="],
    ],
    "body_base64": base64.b64encode(b'{"test": 2432232314}').decode(),
}
_PAYLOAD = {
    "type": "charging_sub_session.created",
    "timestamp": "2021-02-25T15:02:10Z",
    "data": {"id": "csub01EZCRYG500000000000000000", "end": None},
}
_CLEAR_RESPONSES = frozenset({ExpectedResponse.ACCEPT, ExpectedResponse.REFUSE})
_ABOUT_SIGNATURES = frozenset(f"W{number:02}" for number in range(1, 19))


def build_vectors() -> dict[str, Any]:
    """Return deliveries to verify at the time `now` (seconds since 1970) under `secret`, and whether each is valid."""
    included = [stimulus for stimulus in STIMULI if _is_single_request(stimulus)]
    return {
        "secret": SECRETS[SigningKeyChoice.CURRENT],
        "now": NOW,
        "tolerance_s": 300,
        "vectors": [PUBLISHED, *(_build_vector(number, stimulus) for number, stimulus in enumerate(included, 1))],
    }


def _is_single_request(stimulus: Stimulus) -> bool:
    """Return whether a single request shows the stimulus completely, and its response is clear."""
    return (
        stimulus.requirement in _ABOUT_SIGNATURES
        and stimulus.expected in _CLEAR_RESPONSES
        and stimulus.mode is SendMode.ONCE
        and stimulus.payload is Payload.CREATED
        and stimulus.signer in SECRETS
    )


def _build_vector(number: int, stimulus: Stimulus) -> dict[str, Any]:
    """Return the vector of a stimulus."""
    event = str(_PAYLOAD["type"])
    draft = DeliveryDraft(f"msg_{number:027d}", NOW, str(NOW), event, event, msgspec.json.encode(_PAYLOAD))
    key = WebhookKey(SECRETS[stimulus.signer])
    signed = sign_message(stimulus.before(draft), key)
    while not stimulus.is_suitable(signed):
        draft = replace_fields(draft, id=draft.id + "x")
        signed = sign_message(stimulus.before(draft), key)
    message = stimulus.after(signed)
    return {
        "name": stimulus.name,
        "requirement": stimulus.requirement,
        "valid": stimulus.expected is ExpectedResponse.ACCEPT,
        "because": stimulus.reason,
        "headers": [[name, value] for name, value in message.headers if name.lower() != "user-agent"],
        "body_base64": base64.b64encode(message.body).decode(),
    }


if __name__ == "__main__":
    sys.stdout.write(msgspec.json.format(msgspec.json.encode(build_vectors()), indent=1).decode() + "\n")
