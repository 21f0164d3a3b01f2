"""The effects that events must have, or must not have, as the responses to their messages leave them open."""

from collections.abc import Iterator, Sequence

import msgspec

from conformance.certify.webhook_receivers.definitions import ExpectedResponse, Stimulus
from conformance.certify.webhook_receivers.live_resources import EventPair
from conformance.certify.webhook_receivers.messages import DeliveryDraft, make_forged_id
from conformance.certify.webhook_receivers.response_verdicts import SentMessage
from conformance.model import Level

_TAKEN_OVER = frozenset(
    {ExpectedResponse.ACCEPT, ExpectedResponse.NOT_BREAK, ExpectedResponse.ACCEPT_OR_4XX, ExpectedResponse.FOLLOW}
)
"""The expected responses to valid messages: with 2xx the receiver takes the event over."""


class ExpectedEffect(msgspec.Struct, frozen=True):
    """An event whose effect is not judged yet.

    `event` is its signed type, `path` the path of its resource, `state` the state that the resource must have at the
    end, empty if another effect counts; `companions` are ids of other messages about that resource. `is_optional` tells
    that the responses alone decide without a hook, `level` how grave another effect is.
    """

    stimulus: Stimulus
    id: str
    event: str
    path: str
    accepted: bool
    exchanges: tuple[str, ...]
    state: str = ""
    companions: tuple[str, ...] = ()
    is_optional: bool = False
    is_wanted: bool = True
    level: Level = Level.MUST

    @property
    def observed_id(self) -> str:
        """Return the id whose effect counts."""
        return make_forged_id(self.id) if self.stimulus.forged else self.id


def list_stimulus_effects(
    stimulus: Stimulus, sent: Sequence[SentMessage], *, is_optional: bool
) -> Iterator[ExpectedEffect]:
    """Yield the effects that a stimulus states, each message once."""
    by_label = {message.label: message.message for message in reversed(sent)}
    counted = stimulus.counted or (() if stimulus.states else tuple(by_label))
    for label, state in (*((label, "") for label in counted), *stimulus.states):
        message = by_label[label]
        yield ExpectedEffect(
            stimulus,
            message.id or message.drafted_id,
            message.signed_event,
            message.path,
            are_accepted(sent),
            tuple(one.exchange.id for one in sent),
            state,
            _list_companions(message, sent),
            is_optional,
            is_wanted=stimulus.effects != 0,
            level=stimulus.level,
        )


def _list_companions(message: DeliveryDraft, sent: Sequence[SentMessage]) -> tuple[str, ...]:
    """Return the ids of the other messages about the resource of a message, the latest first."""
    identifiers = [one.message.id for one in reversed(sent) if message.path and one.message.path == message.path]
    return tuple(dict.fromkeys(identifier for identifier in identifiers if identifier != message.id))


def list_accepted_effects(
    stimulus: Stimulus, variants: Sequence[Stimulus], sent: Sequence[SentMessage], events: EventPair
) -> Iterator[ExpectedEffect]:
    """Yield the effect of each valid message that was accepted: the provider does not send it again.

    An event that does not exist yet needs no effect. In a sequence that ends a resource only the end needs one: to a
    receiver that works in the background, a created event may come later, and says nothing new then.
    """
    required = {events.created, events.ended}
    if any(message.message.signed_event == events.ended for message in sent):
        required = {events.ended}
    exchanges: dict[str, list[SentMessage]] = {}
    for variant, message in zip(variants, sent, strict=True):
        is_valid = variant.expected in _TAKEN_OVER and message.message.signed_event in required
        if is_valid and are_accepted([message]):
            exchanges.setdefault(message.message.id, []).append(message)
    for identifier, copies in exchanges.items():
        yield ExpectedEffect(
            msgspec.structs.replace(stimulus, forged=False),
            identifier,
            copies[0].message.signed_event,
            copies[0].message.path,
            accepted=True,
            exchanges=tuple(copy.exchange.id for copy in copies),
            is_optional=True,
            level=stimulus.loss,
        )


def are_accepted(sent: Sequence[SentMessage]) -> bool:
    """Return whether the receiver accepted every message."""
    return all(200 <= message.exchange.status < 300 for message in sent)
