"""The envelope has no timestamp."""

from conformance.mock_server.seeded_faults import SeededFault, hook_everywhere

FAULT = SeededFault(
    ("WHK-03",),
    "messages have no `timestamp`",
    lambda _site: hook_everywhere(data=lambda _event, payload: {k: v for k, v in payload.items() if k != "timestamp"}),
    changes=(),
    shown_by="deliveries",
)
