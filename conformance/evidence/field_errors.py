"""Names of the fields that a problem reports in its `field_errors`."""

import re

from conformance.evidence.responses import OperationResponse

_SEPARATOR = re.compile(r"[./\[]")  # ends the first name of a path to a field
GENERAL_ERROR_KEYS = frozenset({"non_field_errors", "__all__"})
"""Names that stand for the body as a whole."""


def extract_member(name: str) -> str:
    """Return the member of the body that a name in `field_errors` is about; the name may be a path into it."""
    return _SEPARATOR.split(name.lstrip("/"), maxsplit=1)[0]


def find_reported_members(response: OperationResponse) -> frozenset[str]:
    """Return the members of the body that a response reports as wrong; empty without readable `field_errors`."""
    errors = response.json.get("field_errors") if isinstance(response.json, dict) else None
    return frozenset(map(extract_member, errors)) if isinstance(errors, dict) else frozenset()
