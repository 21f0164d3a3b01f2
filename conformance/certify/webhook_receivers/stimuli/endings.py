"""Ended events: a receiver may hold an end back until the resource has begun, so it begins first."""

import msgspec

from conformance.certify.webhook_receivers.definitions import DeliveryStep, ExpectedResponse, SendMode, Stimulus
from conformance.certify.webhook_receivers.messages import keep_unchanged


def begin_first(stimulus: Stimulus) -> Stimulus:
    """Return a stimulus of one ended event as a sequence in which the resource begins first."""
    end = DeliveryStep(
        payload=stimulus.payload,
        expected=stimulus.expected,
        before=stimulus.before,
        after=stimulus.after,
        signer=stimulus.signer,
    )
    return msgspec.structs.replace(
        stimulus,
        mode=SendMode.STEPS,
        before=keep_unchanged,
        after=keep_unchanged,
        steps=(DeliveryStep("begin"), end),
        counted=(end.message,) if stimulus.expected is ExpectedResponse.FOLLOW else (),
    )
