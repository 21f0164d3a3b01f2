"""Some operations say that they will end: with `Deprecation`, `Sunset`, and a further link in `Link`."""

from conformance.mock_server.admissible_readings import AdmissibleReading, InstalledReading
from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.fault_sites import FaultSite

_EVERY = 4  # operations
_LINK = '<https://developers.ev.energy/changes>; rel="deprecation"; type="text/html"'


def install(site: FaultSite) -> InstalledReading:
    """Choose every fourth operation."""
    chosen = {operation.key for operation in site.model.operations[::_EVERY]}

    def announce_deprecation(call: ServerCall | None, response: ServerResponse) -> ServerResponse:
        if call and call.operation.key in chosen and response.status < 300:
            response.headers["Deprecation"] = "@1767225600"
            response.headers["Sunset"] = "Thu, 31 Dec 2026 23:59:59 GMT"
            links = response.headers.get("Link")
            response.headers["Link"] = f"{links}, {_LINK}" if links else _LINK
        return response

    return InstalledReading({"answer": announce_deprecation})


READING = AdmissibleReading(
    "headers", "RFC 9745, section 2, and RFC 8594, section 3: a server may announce the end of what it serves", install,
    excludes=("list-unpaged-without-link",),
)  # fmt: skip
