"""The offset of a time in a filter is dropped."""

import re

from conformance.mock_server import clock
from conformance.mock_server.call import Call
from conformance.mock_server.faulting import Fault, Planted, Site, at
from conformance.mock_server.filters import values_at
from conformance.mock_server.world.store import Record
from conformance.model import Filter, Operator


def _shift(text: str) -> int:
    sign, hours, minutes = re.search(r"([+\- ])(\d\d):(\d\d)$", text).groups()  # type: ignore[union-attr]
    return (int(hours) * clock.HOUR + int(minutes) * clock.MINUTE) * (-1 if sign == "-" else 1)


def plant(site: Site) -> Planted | None:
    """One `__gte` on a time."""
    found = site.pick(
        (o, f) for o, f in site.filters(Operator.GTE) if f.parameter.startswith(("created", "start", "resolved"))
    )

    def misread(call: Call, each: Filter, record: Record, wanted: int, holds: bool) -> bool:
        text = call.last(each.parameter) or ""
        if found is None or each.parameter != found[1].parameter or not re.search(r"[+\- ]\d\d:\d\d$", text):
            return holds
        moments = [clock.parse(value) for value in values_at(record.data, each.field) if value]
        return any(moment is not None and moment >= wanted + _shift(text) for moment in moments)

    return at(found[0], match=misread) if found else None


FAULT = Fault(
    ("FLT-01", "FLT-02"),
    "10:00+02:00 in a filter is read as 10:00Z",
    plant,
    difficulty="subtle",
    changes=("headers", "body"),
    implies=("FLT-03",),
)
