"""The latest status log is the one before the latest."""

from typing import Any

from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at
from conformance.mock_server.world.store import make_links_absolute


def install(site: FaultSite) -> InstalledFault | None:
    """Choose a resource with a latest status log that has several logs."""
    store = site.world.store
    resource = site.pick(
        name
        for name in site.find_resources(["latest_status_log"])
        if f"{name}.status_logs" in site.world.shape.resources
    )
    if resource is None:
        return None

    def name_another(call: Any, place: Any, data: dict[str, Any]) -> dict[str, Any]:
        logs = store.get_collection(f"{resource}.status_logs", place.record.path)
        if place.record.resource != resource or len(logs) < 3 or not isinstance(data.get("latest_status_log"), str):
            return data
        return {**data, "latest_status_log": call.base + list(logs)[-2].path}

    def show_another(call: Any, path: str, record: Any, data: dict[str, Any]) -> dict[str, Any]:
        if record.resource != f"{resource}.status_logs" or not path.endswith("latest_status_log"):
            return data
        logs = list(store.get_collection(record.resource, record.parent.path))
        other = make_links_absolute(logs[-2].data, call.base) if len(logs) > 2 else {}
        shown = {name: value for name, value in other.items() if not isinstance(data.get(name), dict)}
        return {**data, **shown}

    return hook_at(site.find_readers(resource), item=name_another, nested=show_another)


FAULT = SeededFault(
    ("CHG-13",),
    "`latest_status_log` is an older log",
    install,
    implies=("CON-07", "EXP-03", "EXP-04"),
    difficulty="subtle",
)
