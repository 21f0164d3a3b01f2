"""A filter by the id of a linked resource matches everything."""

from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at


def install(site: FaultSite) -> InstalledFault | None:
    """Choose one filter by id."""
    choice = site.pick((operation, f) for operation, f in site.filters(min_count=3) if f.by_id_of)
    return choice and hook_at(
        choice[0], match=lambda _c, query_filter, _r, _w, holds: holds or query_filter.parameter == choice[1].parameter
    )


FAULT = SeededFault(
    ("FLT-01", "LNK-05"),
    "a filter by a linked resource's id is ignored",
    install,
    changes=("headers", "body"),
    implies=("FLT-05",),
)
