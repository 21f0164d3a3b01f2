"""A property of a body that its schema does not name is refused."""

from typing import Any

from conformance.mock_server.admissible_readings import AdmissibleReading, InstalledReading
from conformance.mock_server.call import ServerCall
from conformance.mock_server.fault_sites import FaultSite


def install(site: FaultSite) -> InstalledReading:
    """Refuse what the folded schema of the body does not name."""
    fold, resolve = site.world.schema_compiler.fold_schema, site.world.description.resolve

    def refuse_unknown(call: ServerCall, body: dict[str, Any], errors: dict[str, list[str]]) -> dict[str, list[str]]:
        media = call.operation.body.media[0] if call.operation.body and call.operation.body.media else None
        schema = fold(resolve(media.schema)) if media and media.schema else {}
        if "properties" not in schema or schema.get("additionalProperties"):
            return errors
        unknown = {name: ["No such field."] for name in body if name not in schema["properties"]}
        return {**unknown, **errors}

    return InstalledReading({"reject": refuse_unknown})


READING = AdmissibleReading(
    "requests",
    "the description is silent on properties that it does not list: a server may refuse what it does not know",
    install,
    slots=("unknown body property",),
)
