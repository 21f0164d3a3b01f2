"""A refresh that asks for more gets the scopes that begin as its own do."""

from collections.abc import Mapping
from dataclasses import replace

from conformance.mock_server.seeded_faults import SeededFault, hook_everywhere
from conformance.mock_server.tokens import Grant


def _widen_families(form: Mapping[str, str], _client: str, _known: Grant | None, given: Grant | None) -> Grant | None:
    if given is None:
        return None
    families = {scope.partition(":")[0] for scope in given.scopes}
    asked = {scope for scope in form.get("scope", "").split() if any(scope.startswith(family) for family in families)}
    return replace(given, scopes=given.scopes | asked)


FAULT = SeededFault(
    ("AUT-18",),
    "a token that may read gets the scope that writes the same, when it is refreshed",
    lambda _site: hook_everywhere(refresh=_widen_families),
    difficulty="subtle",
    changes=("status", "headers", "body"),
    shown_by="tokens",
)
