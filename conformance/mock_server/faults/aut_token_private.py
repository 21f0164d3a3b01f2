"""Browsers may store the response with a token."""

from conformance.mock_server.seeded_faults import SeededFault, hook_everywhere

FAULT = SeededFault(
    ("AUT-09",),
    "Cache-Control: private, max-age=36000 at the token endpoint",
    lambda _site: hook_everywhere(token_headers=lambda _form, _headers: {"Cache-Control": "private, max-age=36000"}),
    difficulty="subtle",
    changes=("headers",),
    shown_by="tokens",
)
