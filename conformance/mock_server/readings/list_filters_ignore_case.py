"""Texts are compared without regard to case where a filter selects by one."""

from typing import Any

from conformance.mock_server.admissible_readings import AdmissibleReading, read_by_hooks
from conformance.mock_server.call import ServerCall
from conformance.mock_server.world.store import StoredRecord
from conformance.model import Filter, Operator


def _match_without_case(
    _call: ServerCall, query_filter: Filter, record: StoredRecord, value: Any, is_match: bool
) -> bool:
    if is_match or query_filter.operator is not Operator.EQ or not isinstance(value, str):
        return is_match
    shown = record.data.get(query_filter.field)
    return isinstance(shown, str) and shown.casefold() == value.casefold()


READING = AdmissibleReading(
    "lists",
    "the description does not say that case counts; where it says exact, it may mean the whole text",
    read_by_hooks(match=_match_without_case),
)
