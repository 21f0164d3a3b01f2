"""A session that has ended has no end where it is expanded."""

from typing import Any

from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at

_FIELDS = ("start", "end", "energy_delivered_watt_hours")


def install(site: FaultSite) -> InstalledFault | None:
    """Choose a resource with an energy, a start and an end."""
    resource = site.pick(name for name in site.find_resources(_FIELDS) if len(site.find_readers(name)) > 1)
    if resource is None:
        return None

    def clear_end(_call: object, _path: str, record: Any, data: dict[str, Any]) -> dict[str, Any]:
        return {**data, "end": None} if record.resource == resource and "end" in data else data

    return hook_at(site.find_readers(resource), nested=clear_end)


FAULT = SeededFault(
    ("CHG-12",),
    "`end` is null in expansions",
    install,
    difficulty="subtle",
    implies=("EXP-02", "EXP-04", "EXP-12", "CON-07", "CHG-08"),
)
