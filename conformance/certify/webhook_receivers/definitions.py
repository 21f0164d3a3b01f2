"""The parts of a stimulus: what is sent, in which way, and the expected response."""

from collections.abc import Callable
from enum import StrEnum

import msgspec

from conformance.certify.webhook_receivers.messages import DeliveryDraft, Mutation, keep_unchanged
from conformance.model import Level, Profile


class ExpectedResponse(StrEnum):
    """The expected response."""

    ACCEPT = "2xx"
    REFUSE = "not 2xx, preferably 4xx"
    IGNORE = "unsigned values take no effect"
    FOLLOW = "the receiver follows the signed body, or 4xx"
    SURVIVE = "2xx or 4xx"
    NOT_BREAK = "no 5xx"
    ACCEPT_OR_4XX = "2xx, 415 or another 4xx"
    EARLY = "not 2xx, preferably refused before the whole body is read"


class SendMode(StrEnum):
    """The way in which a message is sent: once or repeatedly, alone or with others."""

    ONCE = "once"
    STEPS = "one after the other"
    BURST = "20 times at once, in rounds"
    CROWD = "50 different messages at once"
    UPLOAD = "until a response arrives"
    PLAIN = "over plain http"
    OLD_TLS = "over TLS 1.1"


class SigningKeyChoice(StrEnum):
    """The key that signs."""

    CURRENT = "the secret"
    OTHER = "an unknown secret"
    EMPTY = "an empty key"
    PUBLISHED = "the secret that the documentation publishes"
    PREVIOUS = "the previous secret"


class Payload(StrEnum):
    """The payload of the message before any change."""

    CREATED = "a resource has begun"
    ENDED = "a resource has ended"
    DRAWN = "drawn from the description, begun"
    DRAWN_ENDED = "drawn from the description, ended"
    NULLS = "null wherever the description allows it"
    NULLS_ENDED = "null wherever the description allows it, ended"
    REQUIRED = "without the properties that the description does not require"
    REQUIRED_ENDED = "without the properties that the description does not require, ended"

    @property
    def is_end(self) -> bool:
        """Return whether the resource has ended."""
        return self in {Payload.ENDED, Payload.DRAWN_ENDED, Payload.NULLS_ENDED, Payload.REQUIRED_ENDED}


class DeliveryStep(msgspec.Struct, frozen=True):
    """One delivery of a sequence.

    Steps with the same `message` send the same message: id and body, signed anew unless `is_copy` asks for a copy of
    what was sent, to which only `after` applies. Steps with the same `resource` are about the same resource. `others`
    is the number of other valid messages that are sent before it, `wait_s` the seconds to wait before it.
    """

    message: str = "A"
    resource: str = "1"
    payload: Payload = Payload.CREATED
    expected: ExpectedResponse = ExpectedResponse.ACCEPT
    before: Mutation = keep_unchanged
    after: Mutation = keep_unchanged
    signer: SigningKeyChoice = SigningKeyChoice.CURRENT
    is_copy: bool = False
    others: int = 0
    wait_s: int = 0


class Stimulus(msgspec.Struct, frozen=True):
    """One thing to send. `before` changes the message before it is signed, `after` changes it afterwards.

    `effects` is how often the event must take effect, None if it does not matter; with `forged`, the effect of the
    forged id counts. `loss` is the level of the rule that an event which the receiver accepts takes
    effect. `near_limit` marks a timestamp so near a limit that both clocks must agree, `delay_sensitive` one
    that a slow delivery carries across the limit. `upload_bytes` is the size of an upload, which spaces fill up, and
    `is_chunked` its framing. `is_suitable` tells whether a signed message shows what it should; another id is tried
    where it does not.

    A sequence has `steps`; `counted` names the messages that must take effect `effects` times, and `states` gives the
    final state of the resource of a message.
    """

    name: str
    requirement: str
    expected: ExpectedResponse
    reason: str
    level: Level = Level.MUST
    loss: Level = Level.MUST
    before: Mutation = keep_unchanged
    after: Mutation = keep_unchanged
    signer: SigningKeyChoice = SigningKeyChoice.CURRENT
    mode: SendMode = SendMode.ONCE
    effects: int | None = None
    forged: bool = False
    near_limit: bool = False
    delay_sensitive: bool = False
    payload: Payload = Payload.CREATED
    profile: Profile = Profile.STANDARD
    upload_bytes: int = 0
    is_chunked: bool = False
    is_suitable: Callable[[DeliveryDraft], bool] = lambda _: True
    steps: tuple[DeliveryStep, ...] = ()
    counted: tuple[str, ...] = ()
    states: tuple[tuple[str, str], ...] = ()

    @property
    def wait_s(self) -> int:
        """Return the longest wait between two steps, in seconds."""
        return max((step.wait_s for step in self.steps), default=0)
