"""Prices of intervals have the symbol of a currency."""

from typing import Any

from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, change_records


def _change_record(data: dict[str, Any]) -> dict[str, Any]:
    return {"currency": {"GBP": "£", "EUR": "€"}.get(data["currency"], "$")}


def install(site: FaultSite) -> InstalledFault | None:
    """Choose a resource with these properties."""
    return change_records(site, ("intervals", "currency"), _change_record, rare=True)


FAULT = SeededFault(("CHG-11",), "`currency` of the intervals is a symbol", install, difficulty="subtle")
