"""A refresh may ask for any scope, and gets it."""

from collections.abc import Mapping
from dataclasses import replace

from conformance.mock_server.seeded_faults import SeededFault, hook_everywhere
from conformance.mock_server.tokens import Grant


def _grant_more_scopes(
    form: Mapping[str, str], _client: str, _known: Grant | None, given: Grant | None
) -> Grant | None:
    asked = frozenset(form.get("scope", "").split())
    return replace(given, scopes=given.scopes | asked) if given else None


FAULT = SeededFault(
    ("AUT-18",),
    "a refreshed token has the scopes that were asked for",
    lambda _site: hook_everywhere(refresh=_grant_more_scopes),
    changes=("status", "headers", "body"),
    shown_by="tokens",
)
