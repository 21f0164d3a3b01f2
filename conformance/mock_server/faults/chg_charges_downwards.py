"""A battery that charges loses power."""

from typing import Any

from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, change_records


def _change_record(data: dict[str, Any]) -> dict[str, Any]:
    return {"charge_rate_watts": -data["charge_rate_watts"]} if data["status"] == "CHARGING" else {}


def install(site: FaultSite) -> InstalledFault | None:
    """Choose a resource with these properties."""
    return change_records(site, ("status", "charge_rate_watts"), _change_record)


FAULT = SeededFault(("CHG-02",), "the status is CHARGING, `charge_rate_watts` is negative", install)
