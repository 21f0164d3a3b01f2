"""Links of a list that takes no page size hold one all the same."""

from conformance.mock_server.admissible_readings import AdmissibleReading, InstalledReading
from conformance.mock_server.call import ServerCall
from conformance.mock_server.fault_sites import FaultSite
from conformance.mock_server.reading_tools.cursors import Queries

_NAME, _SIZE = "page_size", "2"


def install(site: FaultSite) -> InstalledReading | None:
    """Act on the lists that are paged and have no parameter for the size; it has no effect there."""
    keys = {o.key for o in site.model.operations if o.pagination and not o.pagination.size}

    def add_size(call: ServerCall, queries: Queries) -> Queries:
        if call.operation.key not in keys:
            return queries
        return {rel: pairs and [*pairs, (_NAME, _SIZE)] for rel, pairs in queries.items()}

    return InstalledReading({"link": add_size}) if keys else None


READING = AdmissibleReading(
    "lists",
    "the documentation has page_size in every link, one paged list does not take it (lint: page-size-missing)",
    install,
    excludes=("query-unknown-refused",),
)
