"""One parameter with a list of words takes any other word, and does as if it were absent."""

from conformance.mock_server.fault_sites import FaultSite
from conformance.mock_server.fault_tools.parameter_faults import ignore_values, list_query_parameters
from conformance.mock_server.seeded_faults import InstalledFault, SeededFault


def install(site: FaultSite) -> InstalledFault | None:
    """Choose one parameter with several words that filters nothing."""
    places = list_query_parameters(site, lambda schema: len(schema.get("enum", ())) > 1, filtering=False)
    places = [place for place in places if not place[1].required]
    known = {str(value) for _, parameter in places for value in parameter.schema["enum"]}
    return ignore_values(site, places, lambda value: value not in known)


FAULT = SeededFault(
    ("ERR-13",),
    "?resolution=NOT_A_MEMBER gives 200",
    install,
    difficulty="subtle",
    changes=("status", "headers", "body"),
    shown_by="generated",
)
