"""The targets of `Link` are relative to the address of the list."""

from conformance.mock_server.admissible_readings import AdmissibleReading, read_by_hooks
from conformance.mock_server.call import ServerCall, ServerResponse


def _make_relative(call: ServerCall | None, response: ServerResponse) -> ServerResponse:
    if call is not None and "Link" in response.headers:
        response.headers["Link"] = response.headers["Link"].replace(f"<{call.base}{call.path}?", "<?")
    return response


READING = AdmissibleReading(
    "lists",
    "RFC 8288, section 3.1: a relative target is resolved; the documentation shows absolute ones and asks for none",
    read_by_hooks(answer=_make_relative),
    slots=("link target",),
    excludes=("list-link-more-relations",),
)
