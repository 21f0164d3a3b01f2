"""The latest status log is the oldest one."""

from conformance.mock_server.fault_tools.latest_logs import name_older_log
from conformance.mock_server.seeded_faults import SeededFault

FAULT = SeededFault(
    ("CHG-13",),
    "`latest_status_log` is an older log",
    lambda site: name_older_log(site, lambda logs: logs[0]),
    implies=("CON-07", "EXP-03", "EXP-04"),
)
