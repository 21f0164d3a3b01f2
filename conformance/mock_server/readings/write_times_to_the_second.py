"""Times that are written are stored in UTC, without a fraction of a second."""

from datetime import UTC
from typing import Any

from conformance.mock_server.admissible_readings import AdmissibleReading, read_by_hooks
from conformance.mock_server.fault_tools.stored_values import change_leaves, read_moment


def _change(value: Any) -> Any:
    moment = read_moment(value)
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z") if moment else value


READING = AdmissibleReading(
    "writes",
    "RFC 3339, section 5.6: a fraction of a second is optional; the description is silent on the precision",
    read_by_hooks(apply=change_leaves(_change)),
)
