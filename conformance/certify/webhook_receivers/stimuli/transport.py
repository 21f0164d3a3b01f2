"""W29 and W30: the content type, other methods, plain http and old TLS."""

from conformance.certify.webhook_receivers import messages as m
from conformance.certify.webhook_receivers.definitions import ExpectedResponse, SendMode, Stimulus
from conformance.model import Level

_REFUSE = ExpectedResponse.REFUSE
_ONLY_POST = "Only POST is a delivery."

TRANSPORT = (
    Stimulus(
        "text/plain",
        "W29",
        ExpectedResponse.ACCEPT_OR_4XX,
        "Both responses are clear.",
        Level.MAY,
        Level.SHOULD,
        before=m.set_media_type("text/plain; charset=utf-8"),
    ),
    Stimulus("GET", "W30", _REFUSE, _ONLY_POST, Level.SHOULD, before=m.set_method("GET")),
    Stimulus("PUT", "W30", _REFUSE, _ONLY_POST, Level.SHOULD, before=m.set_method("PUT")),
    Stimulus("plain http", "W30", _REFUSE, "Plain http can be read on the way.", mode=SendMode.PLAIN),
    Stimulus("old TLS", "W30", _REFUSE, "RFC 8996 deprecates TLS 1.0 and 1.1.", mode=SendMode.OLD_TLS),
)
