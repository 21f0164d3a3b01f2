"""The token endpoint does not return the type of the token."""

from conformance.mock_server.seeded_faults import SeededFault, hook_everywhere

FAULT = SeededFault(
    ("AUT-07",),
    "token responses have no token_type",
    lambda _site: hook_everywhere(token=lambda _form, body: {k: v for k, v in body.items() if k != "token_type"}),
    difficulty="subtle",
    shown_by="tokens",
)
