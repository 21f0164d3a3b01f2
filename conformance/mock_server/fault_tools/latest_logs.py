"""Resources whose latest log is an older one, as several seeded faults share them."""

from collections.abc import Callable, Sequence
from typing import Any

from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, hook_at
from conformance.mock_server.world.store import StoredRecord, make_links_absolute

_FEWEST_LOGS = 3


def name_older_log(site: FaultSite, choose: Callable[[Sequence[StoredRecord]], StoredRecord]) -> InstalledFault | None:
    """Return hooks that show another log as `latest_status_log` of one resource; None where no resource has logs."""
    store = site.world.store
    resource = site.pick(
        name
        for name in site.find_resources(["latest_status_log"])
        if f"{name}.status_logs" in site.world.shape.resources
    )
    if resource is None:
        return None

    def name_another(call: Any, place: Any, data: dict[str, Any]) -> dict[str, Any]:
        logs = list(store.get_collection(f"{resource}.status_logs", place.record.path))
        is_link = isinstance(data.get("latest_status_log"), str)
        if place.record.resource != resource or len(logs) < _FEWEST_LOGS or not is_link:
            return data
        return {**data, "latest_status_log": call.base + choose(logs).path}

    def show_another(call: Any, path: str, record: Any, data: dict[str, Any]) -> dict[str, Any]:
        if record.resource != f"{resource}.status_logs" or not path.endswith("latest_status_log"):
            return data
        logs = list(store.get_collection(record.resource, record.parent.path))
        other = make_links_absolute(choose(logs).data, call.base) if len(logs) >= _FEWEST_LOGS else {}
        shown = {name: value for name, value in other.items() if not isinstance(data.get(name), dict)}
        return {**data, **shown}

    return hook_at(site.find_readers(resource), item=name_another, nested=show_another)
