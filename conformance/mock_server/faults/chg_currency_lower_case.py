"""Prices of intervals name their currency in lower case."""

from typing import Any

from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, change_records


def _change(data: dict[str, Any]) -> dict[str, Any]:
    return {"currency": data["currency"].lower()}


def plant(site: FaultSite) -> InstalledFault | None:
    """Choose a resource with these properties."""
    return change_records(site, ("intervals", "currency"), _change)


FAULT = SeededFault(("CHG-11",), "`currency` of the intervals is `gbp`", plant, difficulty="subtle")
