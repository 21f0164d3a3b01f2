"""An expanded object shows all that a read of it shows, where its nested schema documents less."""

from typing import Any

from conformance.mock_server.admissible_readings import AdmissibleReading, InstalledReading
from conformance.mock_server.call import ServerCall
from conformance.mock_server.fault_sites import FaultSite
from conformance.mock_server.world.store import StoredRecord, make_links_absolute
from conformance.model import Expansion


def _is_thinner(site: FaultSite, expansion: Expansion) -> bool:
    resource = site.world.shape.resources.get(expansion.target)
    if resource is None or not expansion.schema or not expansion.resolvable:
        return False
    schema = site.world.schema_compiler.fold_schema(site.world.description.resolve(expansion.schema))
    own = site.world.get_schema(resource)
    return bool(schema.get("properties")) and bool(set(own.get("properties", ())) - set(schema["properties"]))


def install(site: FaultSite) -> InstalledReading | None:
    """Add the properties of the resource's own schema."""
    places = {
        (operation.key, expansion.path)
        for operation in site.model.operations
        for expansion in operation.expansions
        if _is_thinner(site, expansion)
    }

    def show_all(call: ServerCall, path: str, record: StoredRecord, data: Any) -> Any:
        if (call.operation.key, path) not in places or not isinstance(data, dict):
            return data
        return {**make_links_absolute(record.data, call.base), **data}

    return InstalledReading({"nested": show_all}) if places else None


READING = AdmissibleReading(
    "expansion",
    "the documentation: the link is replaced by the resource; the nested schema does not forbid further properties",
    install,
)
