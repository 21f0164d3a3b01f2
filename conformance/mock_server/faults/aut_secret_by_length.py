"""Only the length of a secret is compared."""

from conformance.mock_server.identities import IDENTITIES
from conformance.mock_server.seeded_faults import SeededFault, hook_everywhere


def _compare_length(client: str, secret: str, own: bool) -> bool:
    identity = next((identity for identity in IDENTITIES if identity.client_id == client), None)
    return own or (identity is not None and len(secret) == len(identity.client_secret))


FAULT = SeededFault(
    ("AUT-12",),
    "any secret of the same length yields a token",
    lambda _site: hook_everywhere(client=_compare_length),
    difficulty="subtle",
    changes=("status", "headers", "body"),
    shown_by="tokens",
)
