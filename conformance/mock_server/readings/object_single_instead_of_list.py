"""A property that may be an object or a list of such objects is one object."""

from typing import Any

from conformance.mock_server.admissible_readings import AdmissibleReading, InstalledReading
from conformance.mock_server.fault_sites import FaultSite
from conformance.mock_server.schema_walks import change_by_schema


def install(site: FaultSite) -> InstalledReading | None:
    """Turn such lists into their first item, and such objects into lists, whichever the server shows."""
    fold = site.world.schema_compiler.fold_schema
    seen: list[bool] = []

    def is_either(schema: Any) -> bool:
        branches = [fold(branch) for branch in schema.get("oneOf", ())]
        items = [fold(branch.get("items", {})) for branch in branches if branch.get("type") == "array"]
        return any(item.get("properties") and item in branches for item in items)

    def turn(schema: Any, value: Any) -> Any:
        if not is_either(schema) or isinstance(value, str) or value is None:
            return value
        seen.append(True)
        return (value[0] if value else value) if isinstance(value, list) else [value]

    hooks = change_by_schema(site, turn)
    for resource in site.world.shape.resources.values():
        for record in list(site.world.store.iterate_records(resource.name))[:3]:
            hooks["nested"](None, "", record, record.data)
    return InstalledReading(hooks) if seen else None


READING = AdmissibleReading(
    "values",
    "the prose tells of an entry for each, the schema is one entry; an overlay lets both pass",
    install,
)
