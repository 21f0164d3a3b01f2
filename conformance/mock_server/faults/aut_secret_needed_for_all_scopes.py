"""A wrong secret buys a token without scopes."""

from collections.abc import Mapping
from typing import Any

from conformance.mock_server.seeded_faults import SeededFault, hook_everywhere

_wrong: set[str] = set()


def _note(client: str, _secret: str, own: bool) -> bool:  # noqa: FBT001 - hooks are called by position
    (_wrong.discard if own else _wrong.add)(client)
    return True


def _empty_scope(_form: Mapping[str, str], body: dict[str, Any]) -> dict[str, Any]:
    return {**body, "scope": ""} if _wrong else body


FAULT = SeededFault(
    ("AUT-12",),
    "a wrong secret buys a token, whose scope is empty",
    lambda _site: hook_everywhere(client=_note, token=_empty_scope),
    difficulty="subtle",
    changes=("status", "headers", "body"),
)
