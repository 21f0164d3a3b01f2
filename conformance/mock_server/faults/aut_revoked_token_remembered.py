"""Tokens are looked up in a cache that revocations do not reach."""

from collections.abc import Mapping
from typing import Any

from conformance.mock_server.call import ServerCall
from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_everywhere


def install(_site: FaultSite) -> InstalledFault:
    """Keep a token that was used before its revocation."""
    cached_tokens: set[str] = set()

    def remember_token(call: ServerCall, problem: Any) -> Any:
        if call.grant is not None:
            cached_tokens.add(call.headers.get("authorization", "").partition(" ")[2].strip())
        return problem

    def end_unused(_form: Mapping[str, str], ending: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(token for token in ending if token not in cached_tokens)

    return hook_everywhere(admit=remember_token, revoke=end_unused)


FAULT = SeededFault(
    ("AUT-07",),
    "a token that was used before its revocation is accepted after it",
    install,
    difficulty="subtle",
    changes=("status", "headers", "body"),
    shown_by="tokens",
)
