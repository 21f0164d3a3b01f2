"""The fixed words of a path are the same in upper and lower case; ids are not."""

from collections.abc import Iterable

from conformance.mock_server.admissible_readings import AdmissibleReading, InstalledReading
from conformance.mock_server.fault_sites import FaultSite


def _list_words(paths: Iterable[str]) -> set[str]:
    return {segment for path in paths for segment in path.split("/") if segment and "{" not in segment}


def install(site: FaultSite) -> InstalledReading:
    """Spell each segment as the description does, where it is one of its words."""
    words = _list_words(operation.path for operation in site.model.operations)

    def lower_fixed_words(_request: object, path: str) -> str:
        return "/".join(segment.lower() if segment.lower() in words else segment for segment in path.split("/"))

    return InstalledReading({"route": lower_fixed_words})


READING = AdmissibleReading(
    "paths", "RFC 3986, section 6.2.2.1, has paths compared by case; a server may serve other spellings too", install
)
