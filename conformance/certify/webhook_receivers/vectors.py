"""Test vectors for partners, `specs/webhooks/vectors.json`: the stimuli that a single request shows completely.

`python -m conformance.certify.webhook_receivers.vectors > specs/webhooks/vectors.json` writes the file.
"""

import base64
import sys
from typing import Any

import msgspec

from conformance.certify.webhook_receivers.messages import Message, signed
from conformance.certify.webhook_receivers.stimuli import STIMULI, How, Payload, Right, Signer, Stimulus
from conformance.webhooks.signatures import Key

SECRETS = {
    Signer.CURRENT: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",  # the secret of the vector that Svix publishes
    Signer.OTHER: "whsec_" + base64.b64encode(b"a key the receiver never had").decode(),
    Signer.PREVIOUS: "whsec_" + base64.b64encode(b"the key that was used before").decode(),
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
_CLEAR_RESPONSES = frozenset({Right.ACCEPT, Right.REFUSE, Right.NEVER_ACCEPT})
_ABOUT_SIGNATURES = frozenset(f"W{number:02}" for number in range(1, 19))


def vectors() -> dict[str, Any]:
    """Return deliveries to verify at the time `now` (seconds since 1970) under `secret`, and whether each is valid."""
    included = [stimulus for stimulus in STIMULI if _is_single_request(stimulus)]
    return {
        "secret": SECRETS[Signer.CURRENT],
        "now": NOW,
        "tolerance_s": 300,
        "vectors": [PUBLISHED, *(_build_vector(number, stimulus) for number, stimulus in enumerate(included, 1))],
    }


def _is_single_request(stimulus: Stimulus) -> bool:
    """Return whether a single request shows the stimulus completely, and its response is clear."""
    return (
        stimulus.requirement in _ABOUT_SIGNATURES
        and stimulus.right in _CLEAR_RESPONSES
        and stimulus.how is How.ONCE
        and stimulus.payload is Payload.CREATED
    )


def _build_vector(number: int, stimulus: Stimulus) -> dict[str, Any]:
    """Return the vector of a stimulus."""
    event = str(_PAYLOAD["type"])
    draft = Message(f"msg_{number:027d}", NOW, str(NOW), event, event, msgspec.json.encode(_PAYLOAD))
    key = Key(SECRETS[stimulus.signer])
    message = stimulus.after(signed(stimulus.before(draft), key))
    return {
        "name": stimulus.name,
        "requirement": stimulus.requirement,
        "valid": stimulus.right is Right.ACCEPT,
        "because": stimulus.reason,
        "headers": [[name, value] for name, value in message.headers if name.lower() != "user-agent"],
        "body_base64": base64.b64encode(message.body).decode(),
    }


if __name__ == "__main__":
    sys.stdout.write(msgspec.json.format(msgspec.json.encode(vectors()), indent=1).decode() + "\n")
