"""Merged intervals are rounded up before they are added."""

from typing import Any

from conformance.mock_server.call import ServerCall
from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at

_ENERGY = "total_energy_delivered_watt_hours"


def _round_up(call: ServerCall, _place: Any, data: dict[str, Any]) -> dict[str, Any]:
    if (call.last_query_value("merge_consecutive_intervals") or "").lower() != "true":
        return data
    return {**data, "intervals": [{**i, _ENERGY: -(-i[_ENERGY] // 100) * 100 + 100} for i in data["intervals"]]}


def install(site: FaultSite) -> InstalledFault | None:
    """Change the energy of intervals that are merged on request."""
    reads = [
        operation
        for operation in site.model.operations
        if any(parameter.name == "merge_consecutive_intervals" for parameter in operation.parameters)
    ]
    return hook_at(reads, item=_round_up)


FAULT = SeededFault(
    ("CHG-09",),
    "merged intervals hold more energy than the same intervals alone",
    install,
    difficulty="subtle",
    implies=("CHG-03",),
    shown_by="rules",
)
