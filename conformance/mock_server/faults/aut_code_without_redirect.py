"""The redirect_uri of a code is compared only where it is sent."""

from dataclasses import replace

from conformance.mock_server.fault_tools.unchecked_codes import trust_code_without
from conformance.mock_server.seeded_faults import SeededFault, hook_everywhere

FAULT = SeededFault(
    ("AUT-21",),
    "a code is exchanged without the redirect_uri of its request",
    lambda _site: hook_everywhere(code=trust_code_without("redirect_uri", lambda code: replace(code, redirect_uri=""))),
    difficulty="subtle",
    changes=("status", "headers", "body"),
    shown_by="tokens",
)
