"""Prices of intervals are in the currency of the company."""

from typing import Any

from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, change_records


def _change_record(data: dict[str, Any]) -> dict[str, Any]:
    return {"currency": "USD" if data["currency"] != "USD" else "EUR"}


def install(site: FaultSite) -> InstalledFault | None:
    """Choose a resource with these properties."""
    return change_records(site, ("intervals", "currency"), _change_record)


FAULT = SeededFault(("CHG-11",), "`currency` of the intervals is another one", install)
