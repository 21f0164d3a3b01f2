"""The verifier of an authorization code is compared only where it is sent."""

from dataclasses import replace

from conformance.mock_server.fault_tools.unchecked_codes import trust_code_without
from conformance.mock_server.seeded_faults import SeededFault, hook_everywhere

FAULT = SeededFault(
    ("AUT-21",),
    "a code that was requested with a challenge is exchanged without its verifier",
    lambda _site: hook_everywhere(code=trust_code_without("code_verifier", lambda code: replace(code, challenge=""))),
    difficulty="subtle",
    changes=("status", "headers", "body"),
    shown_by="tokens",
)
