"""A property that may be an object or a list of such objects is one object."""

from typing import Any

from conformance.mock_server.admissible_readings import AdmissibleReading, InstalledReading
from conformance.mock_server.fault_sites import FaultSite
from conformance.mock_server.reading_tools.schema_walks import change_by_schema


def install(site: FaultSite) -> InstalledReading | None:
    """Turn such lists into their first item where the server shows lists, else such objects into lists."""
    fold = site.world.schema_compiler.fold_schema
    shown: set[type] = set()

    def is_either(schema: Any) -> bool:
        branches = [fold(branch) for branch in schema.get("oneOf", ())]
        items = [fold(branch.get("items", {})) for branch in branches if branch.get("type") == "array"]
        return any(item.get("properties") and item in branches for item in items)

    def note(schema: Any, value: Any) -> Any:
        if is_either(schema):
            shown.add(type(value))
        return value

    def turn(schema: Any, value: Any) -> Any:
        if not is_either(schema):
            return value
        if list in shown:
            return value[0] if isinstance(value, list) and value else value
        return [value] if isinstance(value, dict) else value

    survey = change_by_schema(site, note)
    for resource in site.world.shape.resources.values():
        for record in list(site.world.store.iterate_records(resource.name))[:3]:
            survey["nested"](None, "", record, record.data)
    return InstalledReading(change_by_schema(site, turn)) if {list, dict} & shown else None


READING = AdmissibleReading(
    "values",
    "the prose tells of an entry for each, the schema is one entry; an overlay lets both pass",
    install,
)
