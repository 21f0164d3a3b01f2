"""Only the first eight characters of a secret are compared."""

from conformance.mock_server.identities import IDENTITIES
from conformance.mock_server.seeded_faults import SeededFault, hook_everywhere


def _compare_beginning(client: str, secret: str, own: bool) -> bool:
    identity = next((identity for identity in IDENTITIES if identity.client_id == client), None)
    return own or (identity is not None and secret[:8] == identity.client_secret[:8])


FAULT = SeededFault(
    ("AUT-12",),
    "a secret with another end yields a token",
    lambda _site: hook_everywhere(client=_compare_beginning),
    difficulty="subtle",
    changes=("status", "headers", "body"),
    shown_by="tokens",
)
