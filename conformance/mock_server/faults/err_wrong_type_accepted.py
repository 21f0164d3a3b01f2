"""One write does not check types."""

from conformance.mock_server.fault_tools.complaint_filter import drop_complaints
from conformance.mock_server.seeded_faults import FaultSite, SeededFault, hook_at
from conformance.model import Operation, Role


def _has_typed_property(operation: Operation, site: FaultSite) -> bool:
    """Return whether a property has a type and no enum: a wrong type is another error where an enum lists values."""
    flat = site.world.schema_compiler.fold_schema
    schema = flat(site.world.description.resolve(operation.body.media[0].schema)) if operation.body else {}
    return any(
        "type" in subschema and "enum" not in subschema
        for subschema in map(flat, schema.get("properties", {}).values())
    )


FAULT = SeededFault(
    ("ERR-08", "WRT-06"),
    "a value of the wrong type is taken by one kind of PATCH",
    lambda site: hook_at(
        site.pick(operation for operation in site.body_writes(Role.UPDATE) if _has_typed_property(operation, site)),
        reject=drop_complaints("Has the wrong type"),
    ),
    changes=("status", "headers", "body"),
    implies=("RSP-03",),
)
