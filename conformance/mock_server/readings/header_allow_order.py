"""`Allow` lists more methods, in another order and without blanks."""

from conformance.mock_server.admissible_readings import AdmissibleReading, read_by_hooks
from conformance.mock_server.call import ServerResponse
from conformance.mock_server.seeded_faults import on_response


def _reorder_methods(response: ServerResponse) -> None:
    methods = response.headers.get("Allow", "").split(", ")
    if response.headers.get("Allow"):
        response.headers["Allow"] = ",".join([*reversed(methods), "OPTIONS"])


READING = AdmissibleReading(
    "headers",
    "RFC 9110, section 10.2.1: the methods that the target supports, in any order",
    read_by_hooks(answer=on_response(_reorder_methods, 405)),
)
