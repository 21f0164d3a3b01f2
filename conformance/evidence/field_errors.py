"""Names of the fields that a problem reports in its `field_errors`."""

import re

from conformance.evidence.responses import Answer

_SEPARATOR = re.compile(r"[./\[]")  # ends the first name of a path to a field
GENERAL = frozenset({"non_field_errors", "__all__"})
"""Names that stand for the body as a whole."""


def field_of(name: str) -> str:
    """Return the member of the body that a name in `field_errors` is about; the name may be a path into it."""
    return _SEPARATOR.split(name.lstrip("/"), maxsplit=1)[0]


def blamed(answer: Answer) -> frozenset[str]:
    """Return the members of the body that a response reports as wrong; empty without readable `field_errors`."""
    errors = answer.json.get("field_errors") if isinstance(answer.json, dict) else None
    return frozenset(map(field_of, errors)) if isinstance(errors, dict) else frozenset()
