"""The messages of stimuli: drafted about live resources, then changed and signed as each stimulus says."""

import base64
import hashlib
import secrets
from typing import Any

import msgspec

from conformance.certify.webhook_receivers.definitions import DeliveryStep, Payload, SigningKeyChoice, Stimulus
from conformance.certify.webhook_receivers.live_resources import LiveResources
from conformance.certify.webhook_receivers.messages import DeliveryDraft, Mutation, replace_fields, sign_message
from conformance.webhooks.signatures import WebhookKey

PUBLISHED_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # noqa: S105 - a published one
"""The secret of the test vector that Svix publishes."""
_TRIES = 100  # ids to try until a signed message is suitable


class SigningKeys(msgspec.Struct, frozen=True):
    """The signing keys: the receiver's key, keys that it never had, and its previous key if there is one."""

    current: WebhookKey
    previous: WebhookKey | None = None
    unknown: WebhookKey = msgspec.field(
        default_factory=lambda: WebhookKey("whsec_" + base64.b64encode(secrets.token_bytes(24)).decode())
    )

    def find_key(self, signer: SigningKeyChoice) -> WebhookKey | None:
        """Return the key of a signer, None if there is none or if it is the receiver's own key."""
        match signer:
            case SigningKeyChoice.CURRENT:
                return self.current
            case SigningKeyChoice.PREVIOUS:
                return self.previous
            case SigningKeyChoice.EMPTY:
                return WebhookKey.from_bytes(b"")
            case SigningKeyChoice.PUBLISHED:
                published = WebhookKey(PUBLISHED_SECRET)
                return None if published == self.current else published
            case _:
                return self.unknown


class MessageFactory:
    """A maker of messages about the resources of a world, with a new id for each draft."""

    def __init__(self, world: LiveResources, keys: SigningKeys) -> None:
        self._world, self._keys = world, keys
        self._nonce, self._made = secrets.token_hex(8), 0

    def draft_message(self, payload: Payload) -> DeliveryDraft:
        """Return an unsigned message about a resource that no other message is about."""
        data = self._world.end_resource() if payload.is_end else self._world.start_resource()
        return self._draft(payload, data)

    def draft_step(self, step: DeliveryStep, resources: dict[str, dict[str, Any]], *, ends: bool) -> DeliveryDraft:
        """Return the unsigned message of a step. `resources` are those of the sequence; `ends` asks for ended ones."""
        if step.resource not in resources:
            resources[step.resource] = self._world.end_resource() if ends else self._world.start_resource()
        return self._draft(step.payload, resources[step.resource])

    def _draft(self, kind: Payload, data: dict[str, Any]) -> DeliveryDraft:
        """Return an unsigned message about a resource."""
        pair = self._world.pair
        event, other_event = (pair.ended, pair.created) if kind.is_end else (pair.created, pair.ended)
        match kind:
            case Payload.DRAWN | Payload.DRAWN_ENDED:
                payload = self._world.draw_payload(event, data)
            case Payload.NULLS | Payload.NULLS_ENDED:
                payload = self._world.build_null_payload(event, data)
            case Payload.REQUIRED | Payload.REQUIRED_ENDED:
                payload = self._world.build_required_payload(event, data)
            case _:
                payload = self._world.build_payload(event, data)
        drafted = payload.get("data")
        path = self._world.find_path(drafted) if isinstance(drafted, dict) else ""
        body = msgspec.json.encode(payload)
        identifier = self._make_id()
        return DeliveryDraft(
            identifier, 0.0, "", event, other_event, body, path=path, drafted_id=identifier, signed_event=event
        )

    def _make_id(self) -> str:
        """Return a new id of the shape of Svix's: the first six characters are the time, the others are random."""
        self._made += 1
        digest = hashlib.sha256(f"{self._nonce}{self._made}".encode()).digest()
        text = base64.b64encode(digest).decode().replace("+", "x").replace("/", "y")
        return f"msg_3{self._nonce[:5]}{text[:21]}"

    def sign_draft(
        self, stimulus: Stimulus, draft: DeliveryDraft, now: float, step: DeliveryStep | None = None
    ) -> DeliveryDraft:
        """Return the message as it is sent at a time: timestamp, changes and signature."""
        source = step or stimulus
        for _ in range(_TRIES):
            signed = self._sign(source.before, source.signer, replace_fields(draft, now=now, stamp=str(int(now))))
            if stimulus.is_suitable(signed):
                break
            identifier = self._make_id()
            draft = replace_fields(draft, id=identifier, drafted_id=identifier)
        return source.after(signed)

    def _sign(self, before: Mutation, signer: SigningKeyChoice, draft: DeliveryDraft) -> DeliveryDraft:
        return sign_message(before(draft), self._keys.find_key(signer) or self._keys.current)
