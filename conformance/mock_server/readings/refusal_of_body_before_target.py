"""A bad body is refused before anybody looks whether the thing to write exists."""

import msgspec

from conformance.mock_server.admissible_readings import AdmissibleReading, InstalledReading
from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.fault_sites import FaultSite
from conformance.mock_server.problems import PROBLEM_MEDIA_TYPE, build_malformed, build_rejected
from conformance.mock_server.validators import list_field_errors


def install(site: FaultSite) -> InstalledReading:
    """Judge the body of a write that is answered with 404."""
    validators = site.world.request_validators

    def judge_first(call: ServerCall | None, response: ServerResponse) -> ServerResponse:
        body = call.operation.body if call else None
        if call is None or body is None or response.status != 404 or not call.body or not body.media[0].schema:
            return response
        try:
            errors = list_field_errors(validators.body_validator(body.media[0].schema), msgspec.json.decode(call.body))
        except msgspec.DecodeError:
            errors = {"": ["The body is no JSON."]}
        if not errors:
            return response
        general = errors.pop("", None)
        problem = build_rejected(call.operation, errors) if errors else build_malformed(call.operation, str(general))
        document = problem.build_document(call.base, call.path)
        return ServerResponse(problem.status, document, response.headers, PROBLEM_MEDIA_TYPE)

    return InstalledReading({"answer": judge_first})


READING = AdmissibleReading(
    "refusals", "the description documents 400 and 404, and is silent on which comes first", install,
    slots=("order of refusals",),
)  # fmt: skip
