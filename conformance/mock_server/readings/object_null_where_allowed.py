"""Every property that may be null is null, but for links and what a filter or an ordering looks at."""

from conformance.mock_server.admissible_readings import AdmissibleReading, InstalledReading
from conformance.mock_server.fault_sites import FaultSite
from conformance.mock_server.world.store import Ref
from conformance.model import Role


def install(site: FaultSite) -> InstalledReading:
    """Change the stored records, so that every representation agrees."""
    world = site.world
    used = {
        f"{operation.resource} {query_filter.field.partition('.')[0].removesuffix('[]')}"
        for operation in site.model.operations
        if operation.role is Role.LIST
        for query_filter in operation.filters
    }
    for name, resource in world.shape.resources.items():
        schema = world.get_schema(resource)
        if "if" in schema or "dependentSchemas" in schema:
            continue
        nullable = {
            key
            for key, sub in schema.get("properties", {}).items()
            if "null" in (world.schema_compiler.fold_schema(sub).get("type") or ())
            and isinstance(world.schema_compiler.fold_schema(sub).get("type"), list)
        }
        for record in world.store.iterate_records(name):
            for key in nullable & set(record.data):
                if not isinstance(record.data[key], Ref) and f"{name} {key}" not in used:
                    record.data[key] = None
    return InstalledReading()


READING = AdmissibleReading(
    "values",
    "the schemas allow null and do not say when",
    install,
    slots=("null",),
)
