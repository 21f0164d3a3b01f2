"""The envelope has no timestamp."""

from conformance.mock_server.seeded_faults import Fault, anywhere

FAULT = Fault(
    ("WHK-03",),
    "messages have no `timestamp`",
    lambda _site: anywhere(data=lambda _event, payload: {k: v for k, v in payload.items() if k != "timestamp"}),
    changes=(),
)
