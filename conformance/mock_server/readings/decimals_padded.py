"""Decimal numbers in strings have trailing zeros, `0.5000`."""

import re
from typing import Any

from conformance.mock_server.admissible_readings import AdmissibleReading, InstalledReading
from conformance.mock_server.fault_sites import FaultSite
from conformance.mock_server.reading_tools.schema_walks import change_by_schema

_DECIMAL = re.compile(r"-?\d+\.\d+")


def _pad_decimal(schema: Any, value: Any) -> Any:
    is_decimal = schema.get("format") == "decimal" and isinstance(value, str) and _DECIMAL.fullmatch(value)
    return f"{value}00" if is_decimal and not value.endswith("00") else value


def install(site: FaultSite) -> InstalledReading | None:
    """Pad the decimals of every record."""
    has_place = any(
        "decimal" in str(site.world.get_schema(resource)) for resource in site.world.shape.resources.values()
    )
    return InstalledReading(change_by_schema(site, _pad_decimal)) if has_place else None


READING = AdmissibleReading(
    "values", "the description gives decimals no number of digits", install, slots=("decimals",)
)
