"""Access tokens outlive the refresh token that bought them."""

from collections.abc import Mapping

from conformance.mock_server.seeded_faults import SeededFault, hook_everywhere


def _end_one(_form: Mapping[str, str], ending: tuple[str, ...]) -> tuple[str, ...]:
    return ending[:1]


FAULT = SeededFault(
    ("AUT-19",),
    "access tokens are accepted after their refresh token is revoked",
    lambda _site: hook_everywhere(revoke=_end_one),
    changes=("status", "headers", "body"),
    shown_by="tokens",
)
