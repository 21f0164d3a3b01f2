"""GET at the path of an action is accepted for later."""

from conformance.mock_server.fault_tools.fault_paths import answer_reads_of_actions
from conformance.mock_server.seeded_faults import SeededFault

FAULT = SeededFault(
    ("PTH-08",),
    "GET at the path of an action gives 202",
    answer_reads_of_actions(202, {"status": "accepted"}),
    changes=("status", "headers", "body"),
    implies=("ERR-06",),
)
