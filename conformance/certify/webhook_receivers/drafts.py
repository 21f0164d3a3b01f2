"""The messages of stimuli: drafted about live resources, then changed and signed as each stimulus says."""

import base64
import secrets

import msgspec

from conformance.certify.webhook_receivers.live_resources import LiveResources
from conformance.certify.webhook_receivers.messages import DeliveryDraft, replace_fields, sign_message
from conformance.certify.webhook_receivers.stimuli import Payload, SigningKeyChoice, Stimulus
from conformance.webhooks.signatures import WebhookKey


class SigningKeys(msgspec.Struct, frozen=True):
    """The signing keys: the receiver's key, a key that it never had, and its previous key if there is one."""

    current: WebhookKey
    previous: WebhookKey | None = None
    unknown: WebhookKey = msgspec.field(
        default_factory=lambda: WebhookKey("whsec_" + base64.b64encode(secrets.token_bytes(24)).decode())
    )

    def find_key(self, signer: SigningKeyChoice) -> WebhookKey | None:
        """Return the key of a signer, or None."""
        return {
            SigningKeyChoice.CURRENT: self.current,
            SigningKeyChoice.OTHER: self.unknown,
            SigningKeyChoice.PREVIOUS: self.previous,
        }[signer]


class MessageFactory:
    """A maker of messages about the resources of a world, with a new id for each draft."""

    def __init__(self, world: LiveResources, keys: SigningKeys) -> None:
        self._world, self._keys = world, keys
        self._nonce, self._made = secrets.token_hex(8), 0

    @property
    def last_id(self) -> str:
        """The id of the last draft."""
        return f"msg_{self._made:06d}{self._nonce}"

    def draft_message(self, stimulus: Stimulus) -> DeliveryDraft:
        """Return the unsigned message of a stimulus."""
        world, pair = self._world, self._world.pair
        is_ended = stimulus.payload in {Payload.ENDED, Payload.DRAWN_ENDED}
        event, other_event = (pair.ended, pair.created) if is_ended else (pair.created, pair.ended)
        data = (
            world.next_ended()
            if is_ended
            else world.get_running()
            if stimulus.effects is None
            else world.start_resource()
        )
        match stimulus.payload:
            case Payload.DRAWN | Payload.DRAWN_ENDED:
                payload = world.draw_payload(event, data)
            case Payload.NULLS:
                payload = world.build_null_payload(event, data)
            case _:
                payload = world.build_payload(event, data)
        return self.build_draft(event, other_event, payload)

    def build_draft(self, event: str, other_event: str, payload: dict[str, object]) -> DeliveryDraft:
        """Return an unsigned message with a new id."""
        self._made += 1
        data = payload.get("data")
        path = self._world.find_path(data) if isinstance(data, dict) else ""
        body = msgspec.json.encode(payload)
        return DeliveryDraft(self.last_id, 0.0, "", event, other_event, body, path=path)

    def sign_draft(self, stimulus: Stimulus, draft: DeliveryDraft, now: float) -> DeliveryDraft:
        """Return the message as it is sent at a time: timestamp, changes and signature."""
        key = self._keys.find_key(stimulus.signer) or self._keys.current
        return stimulus.after(sign_message(stimulus.before(replace_fields(draft, now=now, stamp=str(int(now)))), key))
