"""One number is accepted one below its minimum."""

from conformance.mock_server.fault_sites import FaultSite
from conformance.mock_server.fault_tools.parameter_faults import ignore_values, list_query_parameters
from conformance.mock_server.seeded_faults import InstalledFault, SeededFault


def install(site: FaultSite) -> InstalledFault | None:
    """Choose one number with a minimum that divides nothing into pages."""
    places = list_query_parameters(site, lambda schema: "minimum" in schema)
    beyond = {str(parameter.schema["minimum"] - 1) for _, parameter in places}
    return ignore_values(site, places, lambda value: value in beyond)


FAULT = SeededFault(
    ("ERR-13",),
    "?limit=0 gives 200",
    install,
    difficulty="subtle",
    changes=("status", "headers", "body"),
    shown_by="generated",
)
