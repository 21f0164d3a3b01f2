"""The messages of stimuli: drafted about live resources, then changed and signed as each stimulus says."""

import base64
import secrets

import msgspec

from conformance.certify.webhook_receivers.live_resources import World
from conformance.certify.webhook_receivers.messages import Message, replace, signed
from conformance.certify.webhook_receivers.stimuli import Payload, Signer, Stimulus
from conformance.webhooks.signatures import Key


class Keys(msgspec.Struct, frozen=True):
    """The signing keys: the receiver's key, a key that it never had, and its previous key if there is one."""

    current: Key
    previous: Key | None = None
    other: Key = msgspec.field(
        default_factory=lambda: Key("whsec_" + base64.b64encode(secrets.token_bytes(24)).decode())
    )

    def of(self, signer: Signer) -> Key | None:
        """Return the key of a signer, or None."""
        return {Signer.CURRENT: self.current, Signer.OTHER: self.other, Signer.PREVIOUS: self.previous}[signer]


class MessageFactory:
    """A maker of messages about the resources of a world, with a new id for each draft."""

    def __init__(self, world: World, keys: Keys) -> None:
        self._world, self._keys = world, keys
        self._nonce, self._made = secrets.token_hex(8), 0

    @property
    def last_id(self) -> str:
        """The id of the last draft."""
        return f"msg_{self._made:06d}{self._nonce}"

    def draft_message(self, stimulus: Stimulus) -> Message:
        """Return the unsigned message of a stimulus."""
        world, pair = self._world, self._world.pair
        is_ended = stimulus.payload in {Payload.ENDED, Payload.DRAWN_ENDED}
        event, other_event = (pair.ended, pair.created) if is_ended else (pair.created, pair.ended)
        data = world.done() if is_ended else world.running() if stimulus.effects is None else world.fresh()
        match stimulus.payload:
            case Payload.DRAWN | Payload.DRAWN_ENDED:
                payload = world.drawn(event, data)
            case Payload.NULLS:
                payload = world.nulled(event, data)
            case _:
                payload = world.envelope(event, data)
        return self.build_draft(event, other_event, payload)

    def build_draft(self, event: str, other_event: str, payload: dict[str, object]) -> Message:
        """Return an unsigned message with a new id."""
        self._made += 1
        data = payload.get("data")
        path = self._world.path(data) if isinstance(data, dict) else ""
        body = msgspec.json.encode(payload)
        return Message(self.last_id, 0.0, "", event, other_event, body, path=path)

    def sign_draft(self, stimulus: Stimulus, draft: Message, now: float) -> Message:
        """Return the message as it is sent at a time: timestamp, changes and signature."""
        key = self._keys.of(stimulus.signer) or self._keys.current
        return stimulus.after(signed(stimulus.before(replace(draft, now=now, stamp=str(int(now)))), key))
