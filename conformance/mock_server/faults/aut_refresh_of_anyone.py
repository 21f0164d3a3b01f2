"""A refresh token serves every client that is known."""

from collections.abc import Mapping

from conformance.mock_server.seeded_faults import SeededFault, hook_everywhere
from conformance.mock_server.tokens import Grant


def _serve_anyone(_form: Mapping[str, str], _client: str, known: Grant | None, _given: Grant | None) -> Grant | None:
    return known


FAULT = SeededFault(
    ("AUT-18",),
    "another client gets tokens with a refresh token",
    lambda _site: hook_everywhere(refresh=_serve_anyone),
    changes=("status", "headers", "body"),
    shown_by="tokens",
)
