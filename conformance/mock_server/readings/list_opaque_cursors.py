"""Cursors have the form of an id and are not the id of an item."""

from conformance.mock_server.admissible_readings import AdmissibleReading, InstalledReading
from conformance.mock_server.reading_tools.cursors import hide_keys
from conformance.model import Operation, Scheme


def _is_paged_by_id(operation: Operation) -> bool:
    return operation.pagination is not None and operation.pagination.scheme is Scheme.CURSOR


READING = AdmissibleReading(
    "lists",
    "the documentation: clients follow links and do not build them; the description gives a cursor a pattern only",
    lambda _site: InstalledReading(hide_keys(_is_paged_by_id)),
    slots=("cursors",),
)
