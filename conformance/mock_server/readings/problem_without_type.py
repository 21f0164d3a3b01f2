"""Problems have no `type`."""

from conformance.mock_server.admissible_readings import AdmissibleReading, read_by_hooks
from conformance.mock_server.seeded_faults import on_problem

READING = AdmissibleReading(
    "problems",
    "RFC 9457, section 3.1.1: an absent type is about:blank; the description requires none",
    read_by_hooks(answer=on_problem(lambda body: {name: value for name, value in body.items() if name != "type"})),
    slots=("problem type",),
)
