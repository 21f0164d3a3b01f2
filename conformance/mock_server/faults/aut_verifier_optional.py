"""The verifier of an authorization code is compared only where it is sent."""

from collections.abc import Mapping
from dataclasses import replace

from conformance.mock_server.seeded_faults import SeededFault, hook_everywhere
from conformance.mock_server.tokens import AuthorizationCode


def _forget_challenge(form: Mapping[str, str], code: AuthorizationCode | None) -> AuthorizationCode | None:
    return replace(code, challenge="") if code and not form.get("code_verifier") else code


FAULT = SeededFault(
    ("AUT-21",),
    "a code that was requested with a challenge is exchanged without its verifier",
    lambda _site: hook_everywhere(code=_forget_challenge),
    difficulty="subtle",
    changes=("status", "headers", "body"),
    shown_by="tokens",
)
