"""A filter whose values differ in case from those of its field finds nothing."""

from typing import Any

from conformance.mock_server.admissible_readings import AdmissibleReading, InstalledReading
from conformance.mock_server.call import ServerCall
from conformance.mock_server.fault_sites import FaultSite
from conformance.mock_server.world.store import StoredRecord
from conformance.model import Filter, Operation, Operator


def _find_field(query_filter: Filter) -> str:
    return query_filter.field or query_filter.parameter


def _has_case_difference(site: FaultSite, operation: Operation, query_filter: Filter) -> bool:
    parameter = operation.find_parameter(query_filter.parameter)
    schema = parameter.schema if parameter else {}
    values = schema.get("enum") or schema.get("items", {}).get("enum") or ()
    field = site.properties(operation).get(_find_field(query_filter), {}).get("enum", ())
    same = {str(value).casefold() for value in values} & {str(value).casefold() for value in field}
    return bool(same) and not set(values) & set(field)


def install(site: FaultSite) -> InstalledReading | None:
    """Compare the texts exactly at those filters."""
    places = {
        (operation.key, query_filter.parameter)
        for operation in site.model.operations
        for query_filter in operation.filters
        if query_filter.operator is Operator.EQ and _has_case_difference(site, operation, query_filter)
    }

    def compare_case(call: ServerCall, query_filter: Filter, record: StoredRecord, value: Any, is_match: bool) -> bool:
        is_place = (call.operation.key, query_filter.parameter) in places
        return record.data.get(_find_field(query_filter)) == value if is_place else is_match

    return InstalledReading({"match": compare_case}) if places else None


READING = AdmissibleReading(
    "lists",
    "the filter takes RECEIVED, the field has Received; nothing says that case is ignored (lint: enum-filter)",
    install,
)
