"""Fractions are stored with six significant digits."""

from typing import Any

from conformance.mock_server.admissible_readings import AdmissibleReading, read_by_hooks
from conformance.mock_server.fault_tools.stored_values import change_leaves


def _change(value: Any) -> Any:
    return float(f"{value:.6g}") if isinstance(value, float) else value


READING = AdmissibleReading(
    "writes",
    "RFC 8259, section 6: implementations may limit the precision of numbers",
    read_by_hooks(apply=change_leaves(_change)),
)
