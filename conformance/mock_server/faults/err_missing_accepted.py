"""One write does not check required fields."""

from conformance.mock_server.fault_tools.complaint_filter import drop_complaints
from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at
from conformance.model import Role


def install(site: FaultSite) -> InstalledFault | None:
    """Choose a POST with required fields that returns what it created."""
    options = []
    for operation in site.body_writes(Role.CREATE):
        media = operation.body.media[0] if operation.body else None
        schema = site.world.schema_compiler.fold_schema(site.world.description.resolve(media.schema)) if media else {}
        if schema.get("required") and operation.key not in {"POST /regions", "POST /region_groups"}:
            options.append(operation)
    simple = [option for option in options if "events" not in option.path and "rebates" not in option.path]
    return hook_at(site.pick(simple or options), reject=drop_complaints("This field is required"))


FAULT = SeededFault(
    ("ERR-08", "WRT-06"),
    "a POST without a required field gives 201",
    install,
    changes=("status", "headers", "body"),
    implies=("RSP-01", "RSP-03", "RSP-08", "RSP-10"),  # the created resource is shown without the field
)
