"""A filter without a value, `name=`, is as if it were not sent."""

from conformance.mock_server.admissible_readings import AdmissibleReading, read_by_hooks
from conformance.mock_server.call import ServerCall

Pairs = tuple[tuple[str, str], ...]


def _drop_empty(call: ServerCall, pairs: Pairs) -> Pairs:
    filters = {query_filter.parameter for query_filter in call.operation.filters}
    return tuple((name, value) for name, value in pairs if value or name not in filters)


READING = AdmissibleReading(
    "requests",
    "OpenAPI 3.1, 4.8.12.2 (allowEmptyValue): what an empty value means is not described",
    read_by_hooks(query=_drop_empty),
)
