"""GET at the path of an action gives an empty object, for monitors."""

from conformance.mock_server.fault_tools.fault_paths import answer_reads_of_actions
from conformance.mock_server.seeded_faults import SeededFault

FAULT = SeededFault(
    ("PTH-08",),
    "GET at the path of an action gives 200 with {}",
    answer_reads_of_actions(200, {}),
    changes=("status", "headers", "body"),
    implies=("ERR-06",),
)
