"""The last interval of energy is missing."""

from typing import Any

from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, change_records


def _change_record(data: dict[str, Any]) -> dict[str, Any]:
    return {"intervals": data["intervals"][:-1] or data["intervals"]}


def install(site: FaultSite) -> InstalledFault | None:
    """Choose a resource with these properties."""
    return change_records(site, ("intervals", "charging_sub_session"), _change_record)


FAULT = SeededFault(
    ("CHG-09",), "the intervals are less than the energy of the sub-session", install, difficulty="subtle"
)
