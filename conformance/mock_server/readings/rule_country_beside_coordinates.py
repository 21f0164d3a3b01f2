"""Programs are searched by coordinates although a country stands beside them."""

from conformance.mock_server.admissible_readings import AdmissibleReading, InstalledReading
from conformance.mock_server.call import ServerCall
from conformance.mock_server.fault_sites import FaultSite


def install(site: FaultSite) -> InstalledReading | None:
    """Let the country pass where no postal code is given."""

    def allow_country(call: ServerCall, name: str, is_enforced: bool) -> bool:
        is_country_alone = name == "one-place" and call.last_query_value("postal_code") is None
        return is_enforced and not is_country_alone

    is_described = "GET /programs" in site.model.operations_by_key
    return InstalledReading({"rule": allow_country}) if is_described else None


READING = AdmissibleReading(
    "rules", "the text excludes a search by postal code, and a country is only a part of that", install
)
