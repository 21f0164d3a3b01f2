"""Which fields a problem blames: the names in its `field_errors`."""

import re

from conformance.answers import Answer

_FIRST = re.compile(r"[./\[]")  # ends the first name of a path to a field
GENERAL = frozenset({"non_field_errors", "__all__"})
"""What stands for the body as a whole."""


def field_of(name: str) -> str:
    """The member of the body that a name in `field_errors` is about; what lies inside it may be named by a path."""
    return _FIRST.split(name.lstrip("/"), maxsplit=1)[0]


def blamed(answer: Answer) -> frozenset[str]:
    """The members of the body that an answer blames; empty where it names none, or no `field_errors` can be read."""
    errors = answer.json.get("field_errors") if isinstance(answer.json, dict) else None
    return frozenset(map(field_of, errors)) if isinstance(errors, dict) else frozenset()
