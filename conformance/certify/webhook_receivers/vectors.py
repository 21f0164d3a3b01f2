"""The stimuli that one request shows whole, as data for the tests of partners: `specs/webhooks/vectors.json`.

`python -m conformance.certify.webhook_receivers.vectors > specs/webhooks/vectors.json` writes them anew.
"""

import base64
import sys
from typing import Any

import msgspec

from conformance.certify.webhook_receivers.messages import Message, signed
from conformance.certify.webhook_receivers.stimuli import STIMULI, How, Payload, Right, Signer, Stimulus
from conformance.webhooks.signing import Key

SECRETS = {
    Signer.CURRENT: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",  # the one of the vector that Svix publishes
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
_CLEAR = frozenset({Right.ACCEPT, Right.REFUSE, Right.NEVER_ACCEPT})
_ABOUT_SIGNATURES = frozenset(f"W{number:02}" for number in range(1, 19))


def vectors() -> dict[str, Any]:
    """Deliveries to verify at the time `now` (seconds since 1970) under `secret`, and whether they are valid."""
    chosen = [each for each in STIMULI if _telling(each)]
    return {
        "secret": SECRETS[Signer.CURRENT],
        "now": NOW,
        "tolerance_s": 300,
        "vectors": [PUBLISHED, *(_vector(number, each) for number, each in enumerate(chosen, 1))],
    }


def _telling(stimulus: Stimulus) -> bool:
    return (
        stimulus.requirement in _ABOUT_SIGNATURES
        and stimulus.right in _CLEAR
        and stimulus.how is How.ONCE
        and stimulus.payload is Payload.CREATED
    )


def _vector(number: int, stimulus: Stimulus) -> dict[str, Any]:
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
