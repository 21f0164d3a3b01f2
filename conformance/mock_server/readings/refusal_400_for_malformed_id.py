"""A path with an id that does not fit its pattern is refused with 400, where that is documented."""

import re

from conformance.mock_server.admissible_readings import AdmissibleReading, read_by_hooks
from conformance.mock_server.call import ServerCall
from conformance.mock_server.problems import build_parameter_problem


def _check_path(call: ServerCall, user: str | None) -> str | None:
    for parameter in call.operation.path_parameters:
        pattern = str(parameter.schema.get("pattern", ""))
        value = call.path_values.get(parameter.name, "")
        if pattern and value != "me" and not re.search(pattern, value) and call.operation.find_response(400):
            raise build_parameter_problem(parameter.name, "not an id of this kind.")
    return user


READING = AdmissibleReading(
    "refusals",
    "the description gives path parameters a pattern and documents 400 and 404",
    read_by_hooks(context=_check_path),
    slots=("malformed id",),
)
