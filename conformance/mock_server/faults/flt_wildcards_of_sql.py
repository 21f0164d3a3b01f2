"""In filters by equality, `_` stands for any letter and `%` for any text."""

import re
from typing import Any

from conformance.mock_server.call import ServerCall
from conformance.mock_server.filters import find_values
from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at
from conformance.model import Filter, Operator

_FIELDS = frozenset({"name", "email", "cpid"})


def _is_like(pattern: str, value: Any) -> bool:
    """Return whether a value is like a pattern of SQL, whatever its case."""
    parts = (".*" if sign == "%" else "." if sign == "_" else re.escape(sign) for sign in pattern)
    return isinstance(value, str) and re.fullmatch("".join(parts), value, re.IGNORECASE) is not None


def install(site: FaultSite) -> InstalledFault | None:
    """Choose a filter by equality on a name or an address, of which a list has one or two."""
    options = []
    for operation, query_filter in site.filters(Operator.EQ):
        parameter = operation.find_parameter(query_filter.parameter)
        is_plain = parameter is not None and parameter.schema.get("type") == "string" and "enum" not in parameter.schema
        if is_plain and query_filter.field in _FIELDS and not query_filter.by_id_of:
            options.append((operation, query_filter))
    choice = site.pick(options)

    def match(_call: ServerCall, query_filter: Filter, record: Any, text: Any, holds: bool) -> bool:
        if choice is None or query_filter.parameter != choice[1].parameter:
            return holds
        return holds or any(_is_like(str(text), value) for value in find_values(record.data, query_filter.field))

    return choice and hook_at(choice[0], match=match)


FAULT = SeededFault(
    ("FLT-01",),
    "a filter by equality takes _ and % for wildcards",
    install,
    difficulty="subtle",
    changes=("headers", "body"),
)
