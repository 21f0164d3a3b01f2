"""A query parameter that the operation does not document is refused with 400."""

from conformance.mock_server.admissible_readings import AdmissibleReading, read_by_hooks
from conformance.mock_server.call import ServerCall
from conformance.mock_server.problems import build_parameter_problem
from conformance.model import Location


def _refuse_unknown(call: ServerCall, user: str | None) -> str | None:
    known = {parameter.name for parameter in call.operation.parameters if parameter.location is Location.QUERY}
    for name, _ in call.query:
        if name not in known:
            raise build_parameter_problem(name, "no such parameter here.")
    return user


READING = AdmissibleReading(
    "requests",
    "the description is silent on parameters that it does not list",
    read_by_hooks(context=_refuse_unknown),
    slots=("unknown query parameter",),
)
