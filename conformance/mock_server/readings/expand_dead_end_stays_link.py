"""What the published schema says is a URL stays a URL when it is expanded."""

from conformance.mock_server.admissible_readings import AdmissibleReading, InstalledReading
from conformance.mock_server.call import ServerCall
from conformance.mock_server.fault_sites import FaultSite
from conformance.mock_server.reading_tools.published_descriptions import find_published_description


def install(site: FaultSite) -> InstalledReading | None:
    """Leave out the expansions that lead to no object in the description without overlays."""
    published = find_published_description(site.world).model
    dead_ends = {
        (operation.key, expansion.path)
        for operation in published.operations
        for expansion in operation.expansions
        if not expansion.resolvable
    }

    def leave_out(call: ServerCall, paths: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(path for path in paths if (call.operation.key, path) not in dead_ends)

    return InstalledReading({"tree": leave_out}) if dead_ends else None


READING = AdmissibleReading(
    "expansion",
    "the value of expand is documented, the schema of the property is a URL alone (lint: expand-dead-end)",
    install,
)
