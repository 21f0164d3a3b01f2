"""A session names its oldest sub-session first."""

from typing import Any

from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, change_records


def _change_record(data: dict[str, Any]) -> dict[str, Any]:
    return {"sub_sessions": list(reversed(data["sub_sessions"]))}


def install(site: FaultSite) -> InstalledFault | None:
    """Choose a resource with these properties."""
    return change_records(site, ("sub_sessions",), _change_record)


FAULT = SeededFault(("CHG-08",), "`sub_sessions` begins with the oldest", install)
