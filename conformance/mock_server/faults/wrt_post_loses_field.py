"""A created resource lacks one field that was sent."""

from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at
from conformance.model import Role


def install(site: FaultSite) -> InstalledFault | None:
    """Choose one optional or required field of one POST that a read shows."""
    options = [
        (operation, name)
        for operation in site.body_writes(Role.CREATE)
        for name, schema in site.writable_properties(operation).items()
        if name in site.properties(operation) and schema.get("type") in ("string", "integer", "boolean")
    ]
    choice = site.pick(
        option for option in options if site.world.shape.resources[option[0].resource].key_field != option[1]
    )
    return choice and hook_at(
        choice[0], apply=lambda _c, _r, changes: {k: v for k, v in changes.items() if k != choice[1]}
    )


FAULT = SeededFault(
    ("WRT-01",), "a field of a POST is not kept", install, implies=("VAL-01", "VAL-02", "VAL-03", "VAL-04", "VAL-05")
)
