"""Problems have the type about:blank."""

from conformance.mock_server.admissible_readings import AdmissibleReading, read_by_hooks
from conformance.mock_server.seeded_faults import on_problem

READING = AdmissibleReading(
    "problems",
    "RFC 9457, section 4.2.1: about:blank, where the status says enough; the description requires no other type",
    read_by_hooks(answer=on_problem(lambda body: {**body, "type": "about:blank"})),
    slots=("problem type",),
)
