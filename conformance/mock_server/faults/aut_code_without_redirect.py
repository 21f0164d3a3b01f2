"""The redirect_uri of a code is compared only where it is sent."""

from collections.abc import Mapping
from dataclasses import replace

from conformance.mock_server.seeded_faults import SeededFault, hook_everywhere
from conformance.mock_server.tokens import AuthorizationCode


def _forget_redirect(form: Mapping[str, str], code: AuthorizationCode | None) -> AuthorizationCode | None:
    return replace(code, redirect_uri="") if code and not form.get("redirect_uri") else code


FAULT = SeededFault(
    ("AUT-21",),
    "a code is exchanged without the redirect_uri of its request",
    lambda _site: hook_everywhere(code=_forget_redirect),
    difficulty="subtle",
    changes=("status", "headers", "body"),
    shown_by="tokens",
)
