"""A 201 names the new resource in `Location`."""

from conformance.mock_server.admissible_readings import AdmissibleReading, read_by_hooks
from conformance.mock_server.call import ServerResponse
from conformance.mock_server.seeded_faults import on_response


def _add_location(response: ServerResponse) -> None:
    if isinstance(response.body, dict) and isinstance(response.body.get("url"), str):
        response.headers["Location"] = response.body["url"]


READING = AdmissibleReading(
    "headers",
    "RFC 9110, section 15.3.2: the primary resource created is identified by Location",
    read_by_hooks(answer=on_response(_add_location, 201)),
)
