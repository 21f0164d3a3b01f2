"""Only a header of HTTP/1.0 keeps caches from storing a token."""

from conformance.mock_server.seeded_faults import SeededFault, hook_everywhere

FAULT = SeededFault(
    ("AUT-09",),
    "Pragma: no-cache and Cache-Control: no-cache at the token endpoint",
    lambda _site: hook_everywhere(
        token_headers=lambda _form, _headers: {"Cache-Control": "no-cache", "Pragma": "no-cache"}
    ),
    difficulty="subtle",
    changes=("headers",),
    shown_by="tokens",
)
