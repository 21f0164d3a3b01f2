"""The scopes of a token are stated with commas between them."""

from collections.abc import Mapping
from typing import Any

from conformance.mock_server.seeded_faults import SeededFault, hook_everywhere


def _join_by_commas(_form: Mapping[str, str], body: dict[str, Any]) -> dict[str, Any]:
    return {**body, "scope": body["scope"].replace(" ", ",")} if isinstance(body.get("scope"), str) else body


FAULT = SeededFault(
    ("AUT-07",),
    "the scope of a token response is joined by commas",
    lambda _site: hook_everywhere(token=_join_by_commas),
    difficulty="subtle",
    shown_by="tokens",
)
