"""A PATCH replaces a nested object whole instead of merging it."""

from typing import Any

from conformance.mock_server.admissible_readings import AdmissibleReading, InstalledReading
from conformance.mock_server.call import ServerCall
from conformance.mock_server.fault_sites import FaultSite
from conformance.mock_server.world.store import StoredRecord


def install(site: FaultSite) -> InstalledReading:
    """Take the nested objects of a body as they were sent, where the record stays valid by that."""
    sent: dict[str, Any] = {}

    def remember_objects(call: ServerCall, body: dict[str, Any], errors: Any) -> Any:
        sent.clear()
        is_map = call.operation.path.endswith("/notification_preferences")  # documented as a partial map
        sent.update(body if call.method == "PATCH" and not is_map else {})
        return errors

    def replace_objects(_call: ServerCall, record: StoredRecord, changes: dict[str, Any]) -> dict[str, Any]:
        properties = site.world.get_schema(site.world.shape.resources[record.resource]).get("properties", {})
        replaced = dict(changes)
        for name, whole in sent.items():
            required = set(site.world.schema_compiler.fold_schema(properties.get(name, {})).get("required", ()))
            merged = changes.get(name)
            if isinstance(merged, dict) and isinstance(whole, dict) and required <= set(whole):
                replaced[name] = {key: value for key, value in merged.items() if key in whole}
        return replaced

    return InstalledReading({"reject": remember_objects, "apply": replace_objects})


READING = AdmissibleReading(
    "writes",
    "the description is silent on what a PATCH does with a nested object; only RFC 7396 would merge",
    install,
    slots=("nested objects",),
)
