"""The response to a refresh may be stored by caches."""

from conformance.mock_server.seeded_faults import SeededFault, hook_everywhere

FAULT = SeededFault(
    ("AUT-09",),
    "no Cache-Control where the grant is refresh_token",
    lambda _site: hook_everywhere(
        token_headers=lambda form, headers: {} if form.get("grant_type") == "refresh_token" else headers
    ),
    difficulty="subtle",
    changes=("headers",),
    shown_by="tokens",
)
