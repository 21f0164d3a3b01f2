"""Equality of texts compares only the beginning."""

from conformance.mock_server.filters import find_values
from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at
from conformance.model import Operator


def install(site: FaultSite) -> InstalledFault | None:
    """Choose a filter by equality on a text whose values have a common beginning."""
    options = []
    for operation, query_filter in site.filters(Operator.EQ):
        values = {
            str(v)
            for r in site.world.store.iterate_records(operation.resource)
            for v in find_values(r.data, query_filter.field)
            if type(v) is str
        }
        if any(a != b and b.startswith(a) for a in values for b in values):
            options.append((operation, query_filter))
    choice = site.pick(options)
    return choice and hook_at(
        choice[0],
        match=lambda _c, query_filter, record, text, holds: (
            holds
            or (
                query_filter.parameter == choice[1].parameter
                and any(
                    str(value).startswith(str(text))
                    for value in find_values(record.data, query_filter.field)
                    if value is not None
                )
            )
        ),
    )


FAULT = SeededFault(
    ("FLT-01",),
    "a filter by equality finds longer values too",
    install,
    difficulty="subtle",
    changes=("headers", "body"),
)
