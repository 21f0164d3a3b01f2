"""Versions stay published when a later one is, and the current one is the highest of them."""

from conformance.mock_server.admissible_readings import AdmissibleReading, InstalledReading
from conformance.mock_server.fault_sites import FaultSite
from conformance.mock_server.fault_tools.current_versions import list_versions


def install(site: FaultSite) -> InstalledReading | None:
    """Publish every version but the drafts after the current one."""
    places = list(list_versions(site))
    for record, versions in places:
        for version in versions:
            version.data["published"] |= version.data["version_number"] < record.data["version_number"]
    return InstalledReading() if places else None


READING = AdmissibleReading(
    "values", "the text says that one version should be published at a time, and not that it must", install
)
