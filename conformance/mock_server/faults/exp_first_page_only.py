"""In a list only the first page is expanded."""

from typing import Any

from conformance.mock_server.faulting import Fault, Planted, Site, at
from conformance.model import Role


def plant(site: Site) -> Planted | None:
    """One list of several pages."""
    found = site.pick(each for each in site.expansions(Role.LIST, least=40) if each[0].pagination)

    def close(call: Any, paths: tuple[str, ...]) -> tuple[str, ...]:
        paging = found[0].pagination if found else None
        later = paging and (call.last(paging.after) or call.last(paging.page))
        return () if later else paths

    return at(found[0], tree=close) if found else None


FAULT = Fault(("EXP-08",), "from the second page on a list is not expanded", plant, difficulty="subtle")
