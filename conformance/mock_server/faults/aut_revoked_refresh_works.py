"""The revocation of a refresh token ends its access tokens alone."""

from collections.abc import Mapping

from conformance.mock_server.seeded_faults import SeededFault, hook_everywhere


def _spare_first(_form: Mapping[str, str], ending: tuple[str, ...]) -> tuple[str, ...]:
    return ending[1:] if len(ending) > 1 else ending


FAULT = SeededFault(
    ("AUT-19",),
    "a revoked refresh token yields tokens",
    lambda _site: hook_everywhere(revoke=_spare_first),
    changes=("status", "headers", "body"),
    shown_by="tokens",
)
