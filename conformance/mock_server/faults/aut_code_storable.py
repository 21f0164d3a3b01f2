"""The response to an authorization code may be stored by caches."""

from conformance.mock_server.seeded_faults import SeededFault, hook_everywhere

FAULT = SeededFault(
    ("AUT-09",),
    "no Cache-Control where the grant is authorization_code",
    lambda _site: hook_everywhere(
        token_headers=lambda form, headers: {} if form.get("grant_type") == "authorization_code" else headers
    ),
    difficulty="subtle",
    changes=("headers",),
    shown_by="tokens",
)
