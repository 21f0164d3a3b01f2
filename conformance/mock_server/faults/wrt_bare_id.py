"""A bare id is accepted as a reference."""

import re
from typing import Any

from conformance.mock_server.seeded_faults import SeededFault, hook_everywhere


def _accept_bare_id(_call: object, body: dict[str, Any], errors: dict[str, list[str]]) -> dict[str, list[str]]:
    return {
        name: texts
        for name, texts in errors.items()
        if not (isinstance(body.get(name), str) and re.fullmatch(r"[a-z]{4}[0-9A-Z]{26}", body[name]))
    }


FAULT = SeededFault(
    ("WRT-08",),
    "an id is taken where a URL belongs",
    lambda _site: hook_everywhere(reject=_accept_bare_id),
    difficulty="subtle",
    changes=("status", "headers", "body"),
    implies=("LNK-01", "RSP-03", "RSP-10"),  # the accepted value is shown
)
