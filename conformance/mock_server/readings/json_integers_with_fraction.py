"""Integers are written with a fraction, 1.0, as some encoders do."""

from typing import Any

from conformance.mock_server.admissible_readings import AdmissibleReading, on_every_value, read_by_hooks


def _write_as_float(value: Any) -> Any:
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


READING = AdmissibleReading(
    "json",
    "JSON Schema, core, 4.2.1 and 4.3: 1.0 is an integer",
    read_by_hooks(**on_every_value(_write_as_float)),
    slots=("numbers",),
)
