"""Problems have further members."""

from conformance.mock_server.admissible_readings import AdmissibleReading, read_by_hooks
from conformance.mock_server.seeded_faults import on_problem

READING = AdmissibleReading(
    "problems",
    "RFC 9457, section 3.2: problem types may extend the problem details with additional members",
    read_by_hooks(answer=on_problem(lambda body: {**body, "trace_id": "4bf92f3577b34da6", "errors": [], "hint": None})),
)
