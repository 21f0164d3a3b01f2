"""An operation without security of its own needs a token, as the root of the published description says."""

from conformance.mock_server.admissible_readings import AdmissibleReading, InstalledReading
from conformance.mock_server.fault_sites import FaultSite
from conformance.mock_server.reading_tools.access_rules import require_token
from conformance.mock_server.reading_tools.published_descriptions import find_published_description


def install(site: FaultSite) -> InstalledReading | None:
    """Act where an overlay took the need of a token away."""
    published = {
        operation.key for operation in find_published_description(site.world).model.operations if operation.is_secured
    }
    return require_token({o.key for o in site.model.operations if not o.is_secured and o.key in published})


READING = AdmissibleReading(
    "access",
    "OpenAPI 3.1, 4.8.1: the security of the root applies where an operation has none",
    install,
)
