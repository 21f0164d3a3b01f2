"""A client needs no secret of its own."""

from conformance.mock_server.seeded_faults import SeededFault, hook_everywhere

FAULT = SeededFault(
    ("AUT-12",),
    "any secret yields a token",
    lambda _site: hook_everywhere(client=lambda _client, _secret, _own: True),
    changes=("status", "headers", "body"),
    shown_by="tokens",
)
