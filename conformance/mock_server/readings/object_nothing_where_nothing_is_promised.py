"""A response whose schema requires nothing, and that shows no resource, is an empty object."""

from conformance.mock_server.admissible_readings import AdmissibleReading, InstalledReading
from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.fault_sites import FaultSite
from conformance.model import Operation


def _is_without_promise(site: FaultSite, operation: Operation) -> bool:
    fold, resolve = site.world.schema_compiler.fold_schema, site.world.description.resolve
    response = operation.find_response(200)
    if operation.resource or not operation.is_safe or response is None or not response.media:
        return False
    schema = fold(resolve(response.media[0].schema)) if response.media[0].schema else {}
    return schema.get("type") == "object" and not {"required", "oneOf", "anyOf", "minProperties"} & set(schema)


def install(site: FaultSite) -> InstalledReading | None:
    """Empty the bodies of those reads."""
    keys = {operation.key for operation in site.model.operations if _is_without_promise(site, operation)}

    def empty_body(call: ServerCall | None, response: ServerResponse) -> ServerResponse:
        if call is not None and call.operation.key in keys and response.status == 200:
            response.body, response.raw = {}, None
        return response

    return InstalledReading({"answer": empty_body}) if keys else None


READING = AdmissibleReading(
    "values",
    "{} is valid by such a schema (lint: response-promises-nothing)",
    install,
)
