"""`title` and `detail` of problems are in other words, and in another language."""

from conformance.mock_server.admissible_readings import AdmissibleReading, read_by_hooks
from conformance.mock_server.seeded_faults import on_problem

READING = AdmissibleReading(
    "problems",
    "RFC 9457, sections 3.1.3 and 3.1.4: text for people; clients branch on the type",
    read_by_hooks(
        answer=on_problem(lambda body: {**body, "title": "Es geht nicht", "detail": "So geht es leider nicht…"})
    ),
)
