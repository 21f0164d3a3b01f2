"""A polygon with a ring that is not closed or encloses nothing is refused."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from conformance.mock_server.admissible_readings import AdmissibleReading, read_by_hooks
from conformance.mock_server.call import ServerCall


def _list_rings(value: Any) -> Iterator[list[list[float]]]:
    """Yield every ring in a body: the lists of positions below `coordinates`."""
    if isinstance(value, dict):
        for member in value.values():
            yield from _list_rings(member)
    elif isinstance(value, list) and value and all(_is_position(member) for member in value):
        yield value
    elif isinstance(value, list):
        for member in value:
            yield from _list_rings(member)


def _is_position(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 2 and all(isinstance(number, int | float) for number in value)


def _encloses_area(ring: list[list[float]]) -> bool:
    return ring[0] == ring[-1] and sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise(ring)) != 0


def _refuse_flat(_call: ServerCall, body: dict[str, Any], errors: dict[str, list[str]]) -> dict[str, list[str]]:
    flat = [name for name, value in body.items() if not all(map(_encloses_area, _list_rings(value)))]
    return {**{name: ["A ring must be closed and enclose an area."] for name in flat}, **errors}


READING = AdmissibleReading(
    "rules",
    "RFC 7946, section 3.1.6, wants rings to be closed; the schemas state numbers only",
    read_by_hooks(reject=_refuse_flat),
)
