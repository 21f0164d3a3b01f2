"""The response with a token says nothing to caches."""

from conformance.mock_server.seeded_faults import SeededFault, hook_everywhere

FAULT = SeededFault(
    ("AUT-09",),
    "no Cache-Control at the token endpoint",
    lambda _site: hook_everywhere(token_headers=lambda _form, _headers: {}),
    changes=("headers",),
    shown_by="tokens",
)
