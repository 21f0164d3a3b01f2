"""Integers are written with a fraction, 1.0, as some encoders do."""

from typing import Any

from conformance.mock_server.admissible_readings import AdmissibleReading, on_every_value, read_by_hooks

_EXACT = 1 << 53  # every smaller integer is exact as a binary64 (RFC 8259, section 6)


def _write_as_float(value: Any) -> Any:
    is_integer = isinstance(value, int) and not isinstance(value, bool)
    return float(value) if is_integer and abs(value) < _EXACT else value


READING = AdmissibleReading(
    "json",
    "JSON Schema, core, 4.2.1 and 4.3: 1.0 is an integer",
    read_by_hooks(**on_every_value(_write_as_float)),
    slots=("numbers",),
)
