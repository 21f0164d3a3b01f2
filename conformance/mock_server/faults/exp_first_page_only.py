"""Only the first page of a list is expanded."""

from typing import Any

from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at
from conformance.model import Role


def install(site: FaultSite) -> InstalledFault | None:
    """Choose one list of several pages."""
    choice = site.pick(option for option in site.expansions(Role.LIST, min_count=40) if option[0].pagination)

    def skip_expansion(call: Any, paths: tuple[str, ...]) -> tuple[str, ...]:
        paging = choice[0].pagination if choice else None
        later = paging and (call.last_query_value(paging.after) or call.last_query_value(paging.page))
        return () if later else paths

    return hook_at(choice[0], tree=skip_expansion) if choice else None


FAULT = SeededFault(("EXP-08",), "from the second page on a list is not expanded", install, difficulty="subtle")
