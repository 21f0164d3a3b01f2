"""The last page links to an empty one."""

from typing import Any

from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at
from conformance.model import Scheme


def install(site: FaultSite) -> InstalledFault | None:
    """Choose one list paged by cursor."""
    operation = site.pick(site.paged_lists(Scheme.CURSOR))
    last = list(site.world.store.iterate_records(operation.resource))[-1].key if operation else ""

    def go_on(call: Any, queries: dict[str, list[tuple[str, str]] | None]) -> dict[str, list[tuple[str, str]] | None]:
        paging = operation.pagination if operation else None
        if queries["next"] is not None or paging is None or call.last_query_value(paging.after) == last:
            return queries
        return {**queries, "next": [(paging.after, last)]}

    return hook_at(operation, link=go_on)


FAULT = SeededFault(
    ("PAG-01", "PAG-05"),
    "the last page of one list has a next page, which is empty",
    install,
    difficulty="subtle",
    changes=("headers",),
)
