"""`page_after` leads to the page before, and `page_before` to the one after, as their descriptions say."""

from conformance.mock_server.admissible_readings import AdmissibleReading, InstalledReading
from conformance.mock_server.call import ServerCall
from conformance.mock_server.fault_sites import FaultSite
from conformance.mock_server.reading_tools.cursors import Pairs, Queries
from conformance.mock_server.reading_tools.published_descriptions import find_published_description


def install(site: FaultSite) -> InstalledReading | None:
    """Swap the names where the description of `page_after` speaks of the page before."""
    parameters = find_published_description(site.world).document.get("components", {}).get("parameters", {})
    texts = {str(p.get("name")): str(p.get("description", "")) for p in parameters.values()}
    if "page before" not in texts.get("page_after", ""):
        return None

    def swap_cursors(call: ServerCall, pairs: Pairs) -> Pairs:
        paging = call.operation.pagination
        names = {paging.after: paging.before, paging.before: paging.after} if paging and paging.after else {}
        return tuple((names.get(name, name), value) for name, value in pairs)

    def swap_links(call: ServerCall, queries: Queries) -> Queries:
        return {rel: pairs and list(swap_cursors(call, tuple(pairs))) for rel, pairs in queries.items()}

    return InstalledReading({"query": swap_cursors, "link": swap_links})


READING = AdmissibleReading(
    "lists",
    "the descriptions of page_after and page_before contradict their names (lint: cursor-swapped)",
    install,
    slots=("cursor names",),
)
