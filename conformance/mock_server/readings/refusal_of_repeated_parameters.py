"""A query parameter that takes one value and is sent twice is refused."""

from collections import Counter

from conformance.mock_server.admissible_readings import AdmissibleReading, read_by_hooks
from conformance.mock_server.call import ServerCall
from conformance.mock_server.problems import build_parameter_problem
from conformance.model import Location


def _refuse_repeated(call: ServerCall, user: str | None) -> str | None:
    counts = Counter(name for name, _ in call.query)
    for parameter in call.operation.parameters:
        several = parameter.schema.get("type") == "array" or parameter.name == "expand"
        if parameter.location is Location.QUERY and not several and counts[parameter.name] > 1:
            raise build_parameter_problem(parameter.name, "sent more than once.")
    return user


READING = AdmissibleReading(
    "refusals",
    "OpenAPI 3.1, 4.8.12: a parameter of a primitive type has one value; two are nowhere described",
    read_by_hooks(context=_refuse_repeated),
    slots=("repeated parameter",),
)
