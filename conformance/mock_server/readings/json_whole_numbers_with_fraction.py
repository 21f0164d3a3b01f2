"""Whole numbers are written with a fraction, 1.0, where any number is allowed."""

from typing import Any

from conformance.mock_server.admissible_readings import AdmissibleReading, InstalledReading
from conformance.mock_server.fault_sites import FaultSite
from conformance.mock_server.reading_tools.schema_walks import change_by_schema

_EXACT = 1 << 53  # every smaller integer is exact as a binary64 (RFC 8259, section 6)


def _write_as_float(schema: Any, value: Any) -> Any:
    is_number = isinstance(value, int) and not isinstance(value, bool) and abs(value) < _EXACT
    return float(value) if is_number and "number" in _list_types(schema) else value


def _list_types(schema: Any) -> Any:
    kinds = schema.get("type", ())
    return [kinds] if isinstance(kinds, str) else kinds


def install(site: FaultSite) -> InstalledReading | None:
    """Change the numbers of every record."""
    return InstalledReading(change_by_schema(site, _write_as_float))


READING = AdmissibleReading(
    "json", "JSON Schema, core, 4.2.1: 1 and 1.0 are the same number", install, slots=("numbers",)
)
