"""A list that is a list of URLs or of objects is empty for every other record."""

from typing import Any

from conformance.mock_server.admissible_readings import AdmissibleReading, InstalledReading, on_every_object
from conformance.mock_server.fault_sites import FaultSite
from conformance.mock_server.world.store import StoredRecord


def _has_two_lists(site: FaultSite, schema: Any) -> bool:
    fold = site.world.schema_compiler.fold_schema
    branches = [fold(branch) for branch in fold(schema).get("oneOf", ())]
    arrays = [branch for branch in branches if branch.get("type") == "array" or "items" in branch]
    return len(arrays) > 1


def install(site: FaultSite) -> InstalledReading | None:
    """Empty the lists of every other record of a collection, wherever it is shown."""
    names: dict[str, set[str]] = {}
    for name, resource in site.world.shape.resources.items():
        properties = site.world.get_schema(resource).get("properties", {})
        names[name] = {key for key, schema in properties.items() if _has_two_lists(site, schema)}
    if not any(names.values()):
        return None

    def empty_lists(record: StoredRecord, data: dict[str, Any]) -> dict[str, Any]:
        chosen = names.get(record.resource, set()) if sum(record.key.encode()) % 2 else set()
        return {key: [] if key in chosen and isinstance(value, list) else value for key, value in data.items()}

    return InstalledReading(on_every_object(empty_lists))


READING = AdmissibleReading(
    "values",
    "the empty list fits both alternatives, so that oneOf refuses what nobody can mean to refuse "
    "(lint: oneof-empty-list)",
    install,
)
