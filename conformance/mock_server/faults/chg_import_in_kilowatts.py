"""Power from the grid is shown in kilowatts."""

from typing import Any

from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, change_records


def _change_record(data: dict[str, Any]) -> dict[str, Any]:
    return {"import_watts": data["import_watts"] // 1000}


def install(site: FaultSite) -> InstalledFault | None:
    """Choose a resource with these properties."""
    return change_records(site, ("import_watts",), _change_record)


FAULT = SeededFault(("CHG-04",), "`import_watts` is a thousandth of its flows", install)
