"""W18 and W19: headers that are doubled, that contradict each other, or that no signature covers."""

from conformance.certify.webhook_receivers import messages as m
from conformance.certify.webhook_receivers.definitions import ExpectedResponse, Payload, Stimulus
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
_HEADER_TYPE = (
    Stimulus(
        "header says ended",
        "W19",
        ExpectedResponse.FOLLOW,
        "The signature does not cover svix-event-type.",
        after=m.contradict_event_header,
    ),
    Stimulus(
        "header says created",
        "W19",
        ExpectedResponse.FOLLOW,
        "The signature does not cover svix-event-type.",
        after=m.contradict_event_header,
        payload=Payload.ENDED,
    ),
)
CONFLICTS = (*_FORGED_FAMILY, *_TWO_IDS, *_TWO_TIMESTAMPS, *_HEADER_TYPE)
