"""Prices of intervals name their currency in lower case."""

from typing import Any

from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, change_records


def _change_record(data: dict[str, Any]) -> dict[str, Any]:
    return {"currency": data["currency"].lower()}


def install(site: FaultSite) -> InstalledFault | None:
    """Choose a resource with these properties."""
    return change_records(site, ("intervals", "currency"), _change_record)


FAULT = SeededFault(("CHG-11",), "`currency` of the intervals is `gbp`", install, difficulty="subtle")
