"""Times have no fraction where it is zero, else three digits where those are enough."""

import re
from typing import Any

from conformance.mock_server.admissible_readings import AdmissibleReading, InstalledReading, on_every_value
from conformance.mock_server.clock import MILLISECOND, SECOND, format_time, parse_time
from conformance.mock_server.fault_sites import FaultSite

_TIME = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\.(\d{6})Z")


def _shorten_time(value: Any) -> Any:
    match = _TIME.fullmatch(value) if isinstance(value, str) else None
    if not match:
        return value
    digits = match[2]
    fraction = "" if digits == "000000" else "." + (digits[:3] if digits.endswith("000") else digits)
    return f"{match[1]}{fraction}Z"


def _round_up(value: str, position: int) -> str:
    moment = parse_time(value) or 0
    unit = SECOND if position % 2 else MILLISECOND
    return format_time(-(-moment // unit) * unit)


def install(site: FaultSite) -> InstalledReading:
    """Round the stored times up to seconds or milliseconds, but for keys, and drop the zeros where shown."""
    for resource in site.world.shape.resources.values():
        for position, record in enumerate(site.world.store.iterate_records(resource.name)):
            for name, value in record.data.items():
                if name != resource.key_field and isinstance(value, str) and _TIME.fullmatch(value):
                    record.data[name] = _round_up(value, position)
    return InstalledReading(on_every_value(_shorten_time))


READING = AdmissibleReading(
    "values",
    "RFC 3339, section 5.6: time-secfrac is optional, of any length",
    install,
    slots=("time format",),
)
