"""A session ends before its last sub-session."""

from typing import Any

from conformance.mock_server import clock
from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, change_records


def _change_record(data: dict[str, Any]) -> dict[str, Any]:
    moment = clock.parse_time(data["start"]) or 0
    return {"end": clock.format_time(moment + 5 * clock.MINUTE)}


def install(site: FaultSite) -> InstalledFault | None:
    """Choose a resource with these properties."""
    return change_records(site, ("sub_sessions", "start", "end"), _change_record)


FAULT = SeededFault(("CHG-08",), "`end` of a session is that of its first minutes", install)
