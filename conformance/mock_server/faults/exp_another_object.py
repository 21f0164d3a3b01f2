"""An expansion shows the wrong object."""

from typing import Any

from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at


def install(site: FaultSite) -> InstalledFault | None:
    """Choose one expansion to show the id and URL of another record."""
    choice = site.pick(option for option in site.expansions() if site.count_resource(option[1].target) > 1)
    if choice is None:
        return None
    records = [record for record in site.world.store.iterate_records(choice[1].target) if record.path]

    def show_another(call: Any, here: str, record: object, data: dict[str, object]) -> dict[str, object]:
        if here != choice[1].path or "url" not in data:
            return data
        wrong = next(candidate for candidate in records if candidate is not record)
        return {**data, **({"id": wrong.key} if "id" in data else {}), "url": call.base + wrong.path}

    return hook_at(choice[0], nested=show_another)


FAULT = SeededFault(("EXP-03",), "one `expand` shows another object than the link named", install)
