"""The UTC offset of a time in a filter is ignored."""

import re

from conformance.mock_server import clock
from conformance.mock_server.call import ServerCall
from conformance.mock_server.filters import find_values
from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at
from conformance.mock_server.world.store import StoredRecord
from conformance.model import Filter, Operator


def _read_offset(text: str) -> int:
    sign, hours, minutes = re.search(r"([+\- ])(\d\d):(\d\d)$", text).groups()  # type: ignore[union-attr]
    return (int(hours) * clock.HOUR + int(minutes) * clock.MINUTE) * (-1 if sign == "-" else 1)


def install(site: FaultSite) -> InstalledFault | None:
    """Choose one `__gte` filter on a time."""
    choice = site.pick(
        (operation, f)
        for operation, f in site.filters(Operator.GTE)
        if f.parameter.startswith(("created", "start", "resolved"))
    )

    def compare_without_offset(
        call: ServerCall, query_filter: Filter, record: StoredRecord, bound: int, holds: bool
    ) -> bool:
        text = call.last_query_value(query_filter.parameter) or ""
        if choice is None or query_filter.parameter != choice[1].parameter or not re.search(r"[+\- ]\d\d:\d\d$", text):
            return holds
        moments = [clock.parse_time(value) for value in find_values(record.data, query_filter.field) if value]
        return any(moment is not None and moment >= bound + _read_offset(text) for moment in moments)

    return hook_at(choice[0], match=compare_without_offset) if choice else None


FAULT = SeededFault(
    ("FLT-01", "FLT-02"),
    "10:00+02:00 in a filter is read as 10:00Z",
    install,
    difficulty="subtle",
    changes=("headers", "body"),
    implies=("FLT-03",),
)
