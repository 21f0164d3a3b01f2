"""W18 and W19: headers that are doubled, that contradict each other, or that no signature covers."""

from conformance.certify.webhook_receivers import messages as m
from conformance.certify.webhook_receivers.definitions import (
    DeliveryStep,
    ExpectedResponse,
    Payload,
    SendMode,
    Stimulus,
)
from conformance.certify.webhook_receivers.messages import Mutation
from conformance.certify.webhook_receivers.stimuli.endings import begin_first
from conformance.certify.webhook_receivers.stimuli.payloads import change_event
from conformance.certify.webhook_receivers.stimuli.reasons import NOT_COVERED

_FORGED_FAMILY = (
    Stimulus(
        f"forged {forged} beside {signed}",
        "W18",
        ExpectedResponse.IGNORE,
        NOT_COVERED,
        after=m.add_forged_family(forged.removesuffix("-*")),
        effects=0,
        forged=True,
    )
    for forged, signed in (("svix-*", "webhook-*"), ("webhook-*", "svix-*"))
)
_TWO_IDS = (
    Stimulus(
        f"two ids, the forged one {'first' if first else 'last'}",
        "W18",
        ExpectedResponse.IGNORE,
        NOT_COVERED,
        after=m.double_header("id", lambda x: m.make_forged_id(x.id), first=first),
        effects=0,
        forged=True,
    )
    for first in (True, False)
)
_TWO_TIMESTAMPS = (
    Stimulus(
        f"two timestamps, the fresh one {'first' if first else 'last'}",
        "W18",
        ExpectedResponse.REFUSE,
        "The signed timestamp is too old, and the fresh one is not signed.",
        before=m.make_older(3600),
        after=m.double_header("timestamp", lambda x: str(int(x.now)), first=first),
        effects=0,
    )
    for first in (True, False)
)


def _follow(name: str, change: Mutation, payload: Payload = Payload.CREATED) -> Stimulus:
    """Return a message whose header names another event than its signed body, or none."""
    reason = "The signature does not cover svix-event-type."
    return Stimulus(name, "W19", ExpectedResponse.FOLLOW, reason, after=change, payload=payload)


_HEADER_TYPE = (
    _follow("header says ended", m.contradict_event_header),
    begin_first(_follow("header says created", m.contradict_event_header, Payload.ENDED)),
    _follow("header says an unknown event", m.set_event_header("tariff_of_tomorrow.published")),
    _follow("no header", m.set_event_header("")),
    begin_first(_follow("no header, ended", m.set_event_header(""), Payload.ENDED)),
    Stimulus(
        "header says ended, the body an unknown event",
        "W19",
        ExpectedResponse.ACCEPT_OR_4XX,
        "The signature does not cover svix-event-type, also where the body says nothing that is known.",
        mode=SendMode.STEPS,
        steps=(
            DeliveryStep("A"),
            DeliveryStep(
                "B",
                expected=ExpectedResponse.ACCEPT_OR_4XX,
                before=m.change_payload(change_event),
                after=m.set_event_header("charging_sub_session.ended"),
            ),
        ),
        states=(("A", "created"),),
    ),
)
CONFLICTS = (*_FORGED_FAMILY, *_TWO_IDS, *_TWO_TIMESTAMPS, *_HEADER_TYPE)
