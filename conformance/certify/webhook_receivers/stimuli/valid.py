"""W01: deliveries as the provider sends them. The first one is the control."""

from conformance.certify.webhook_receivers import messages as m
from conformance.certify.webhook_receivers.definitions import ExpectedResponse, Payload, Stimulus
from conformance.certify.webhook_receivers.stimuli.endings import begin_first
from conformance.model import Level

_ACCEPT = ExpectedResponse.ACCEPT
_SENT = "The provider sends such messages."
_ALLOWED = "The description allows this payload."

CONTROL = Stimulus("valid", "W01", _ACCEPT, _SENT)
VALID = (
    CONTROL,
    begin_first(Stimulus("valid ended", "W01", _ACCEPT, _SENT, payload=Payload.ENDED)),
    Stimulus("drawn", "W01", _ACCEPT, _ALLOWED, payload=Payload.DRAWN),
    begin_first(Stimulus("drawn ended", "W01", _ACCEPT, _ALLOWED, payload=Payload.DRAWN_ENDED)),
    Stimulus(
        "headers with capitals",
        "W01",
        _ACCEPT,
        "Names of headers are case-insensitive (RFC 9110, section 5.1).",
        after=m.capitalise_headers,
    ),
    Stimulus(
        "webhook-* headers",
        "W01",
        _ACCEPT,
        "Standard Webhooks names the headers so.",
        level=Level.MAY,
        before=m.set_family("webhook"),
    ),
)
LAST = Stimulus("valid at the end", "W01", _ACCEPT, "The earlier refusals must not come from a rate limit.")
