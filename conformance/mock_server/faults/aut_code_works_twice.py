"""An authorization code is not forgotten when it is used."""

from collections.abc import Mapping

from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_everywhere
from conformance.mock_server.tokens import AuthorizationCode


def install(_site: FaultSite) -> InstalledFault:
    """Remember every code."""
    used: dict[str, AuthorizationCode] = {}

    def keep_code(form: Mapping[str, str], code: AuthorizationCode | None) -> AuthorizationCode | None:
        return used.setdefault(form.get("code", ""), code) if code else used.get(form.get("code", ""))

    return hook_everywhere(code=keep_code)


FAULT = SeededFault(
    ("AUT-20",), "a used authorization code yields tokens again", install, changes=(), shown_by="tokens"
)
