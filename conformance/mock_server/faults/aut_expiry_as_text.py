"""`expires_in` is a string."""

from conformance.mock_server.seeded_faults import SeededFault, hook_everywhere

FAULT = SeededFault(
    ("AUT-07",),
    "the token endpoint returns expires_in as a string",
    lambda _site: hook_everywhere(token=lambda _form, body: {**body, "expires_in": str(body["expires_in"])}),
    shown_by="tokens",
)
