"""False is taken for a filter that was left out."""

from conformance.mock_server.call import ServerCall
from conformance.mock_server.seeded_faults import SeededFault, hook_at
from conformance.mock_server.world.store import StoredRecord
from conformance.model import Filter, Role


def _is_match(_call: ServerCall, query_filter: Filter, _record: StoredRecord, expected: object, holds: bool) -> bool:
    return True if not query_filter.field and expected is False else holds


FAULT = SeededFault(
    ("FLT-10",),
    "`is_finished=false` shows everything",
    lambda site: hook_at(
        (o for o in site.with_roles(Role.LIST) if any(not f.field for f in o.filters)), match=_is_match
    ),
    implies=(),
)
