"""A documented word finds nothing."""

from conformance.mock_server.call import ServerCall
from conformance.mock_server.seeded_faults import SeededFault, hook_at
from conformance.mock_server.world.store import StoredRecord
from conformance.model import Filter, Operator, Role


def _is_match(call: ServerCall, query_filter: Filter, _record: StoredRecord, _expected: object, holds: bool) -> bool:
    return (
        False
        if query_filter.operator is Operator.EQ
        and "enum" in getattr(call.operation.find_parameter(query_filter.parameter), "schema", {})
        else holds
    )


FAULT = SeededFault(
    ("FLT-09",),
    "a word that items have gives an empty list",
    lambda site: hook_at(
        (o for o in site.with_roles(Role.LIST) if any("enum" in (p.schema or {}) for p in o.parameters)),
        match=_is_match,
    ),
    changes=("headers", "body"),
    implies=("FLT-02",),
)
