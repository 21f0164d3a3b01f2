"""The lowest and the highest of a measure are exchanged."""

from typing import Any

from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, change_records


def _change_record(data: dict[str, Any]) -> dict[str, Any]:
    lowest, highest = "lowest_signal_strength_rssi_dbm_7d", "highest_signal_strength_rssi_dbm_7d"
    return {lowest: data[highest] + 1, highest: data[lowest]}


def install(site: FaultSite) -> InstalledFault | None:
    """Choose a resource with these properties."""
    return change_records(
        site, ("lowest_signal_strength_rssi_dbm_7d", "highest_signal_strength_rssi_dbm_7d"), _change_record
    )


FAULT = SeededFault(("CHG-06",), "`lowest_…` is above `highest_…`", install)
