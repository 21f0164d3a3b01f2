"""Intervals that follow each other after half an hour last an hour."""

from typing import Any

from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, change_records


def _change_record(data: dict[str, Any]) -> dict[str, Any]:
    return {"intervals": [{**interval, "interval_seconds": 3600} for interval in data["intervals"]]}


def install(site: FaultSite) -> InstalledFault | None:
    """Choose a resource with these properties."""
    return change_records(site, ("intervals",), _change_record)


FAULT = SeededFault(("CHG-07",), "the intervals of energy overlap", install)
