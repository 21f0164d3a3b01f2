"""An authorization code is used up, unless it is for few scopes."""

from collections.abc import Mapping

from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_everywhere
from conformance.mock_server.tokens import AuthorizationCode

_FEW = 3


def install(_site: FaultSite) -> InstalledFault:
    """Remember the codes for few scopes."""
    used: dict[str, AuthorizationCode] = {}

    def keep_code(form: Mapping[str, str], code: AuthorizationCode | None) -> AuthorizationCode | None:
        if code and len(code.grant.scopes) <= _FEW:
            used[form.get("code", "")] = code
        return code or used.get(form.get("code", ""))

    return hook_everywhere(code=keep_code)


FAULT = SeededFault(
    ("AUT-20",),
    "a used authorization code for few scopes yields tokens again",
    install,
    difficulty="subtle",
    changes=(),
    shown_by="tokens",
)
