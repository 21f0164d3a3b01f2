"""Of the access tokens of one authorization only the last ends with its refresh token."""

from collections.abc import Mapping

from conformance.mock_server.seeded_faults import SeededFault, hook_everywhere


def _end_last(_form: Mapping[str, str], ending: tuple[str, ...]) -> tuple[str, ...]:
    return (*ending[:1], *ending[1:][-1:])


FAULT = SeededFault(
    ("AUT-19",),
    "an access token from before the last refresh is accepted after the revocation",
    lambda _site: hook_everywhere(revoke=_end_last),
    difficulty="subtle",
    changes=("status", "headers", "body"),
    shown_by="tokens",
)
