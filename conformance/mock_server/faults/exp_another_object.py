"""The wrong object stands in for a link."""

from typing import Any

from conformance.mock_server.faulting import Fault, Planted, Site, at


def plant(site: Site) -> Planted | None:
    """One expansion shows the id and url of another record."""
    found = site.pick(each for each in site.expansions() if site.count_of(each[1].target) > 1)
    if found is None:
        return None
    records = [each for each in site.world.store.all(found[1].target) if each.path]

    def swap(call: Any, here: str, record: object, data: dict[str, object]) -> dict[str, object]:
        if here != found[1].path or "url" not in data:
            return data
        other = next(each for each in records if each is not record)
        return {**data, **({"id": other.key} if "id" in data else {}), "url": call.base + other.path}

    return at(found[0], nested=swap)


FAULT = Fault(("EXP-03",), "one `expand` shows another object than the link named", plant)
