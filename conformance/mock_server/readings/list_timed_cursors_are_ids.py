"""Logs, which are paged by time, have cursors of the form of an id."""

from conformance.mock_server.admissible_readings import AdmissibleReading, InstalledReading
from conformance.mock_server.fault_sites import FaultSite
from conformance.mock_server.reading_tools.cursors import hide_keys
from conformance.model import Operation, Scheme


def _has_id_cursor(operation: Operation) -> bool:
    paging = operation.pagination
    parameter = operation.find_parameter(paging.after) if paging and paging.scheme is Scheme.TIMESTAMP else None
    return parameter is not None and "pattern" in parameter.schema


def install(site: FaultSite) -> InstalledReading | None:
    """Act where the cursor of a list by time has the pattern of an id."""
    places = [operation for operation in site.model.operations if _has_id_cursor(operation)]
    return InstalledReading(hide_keys(_has_id_cursor)) if places else None


READING = AdmissibleReading(
    "lists",
    "page_after has the pattern of an id where the list is paged by time (lint: cursor-timed)",
    install,
    slots=("timed cursors",),
)
