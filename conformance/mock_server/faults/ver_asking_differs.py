"""A client that requests version 2 gets less than one that does not."""

from conformance.mock_server.call import RecordPosition, ServerCall
from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at, match_type


def install(site: FaultSite) -> InstalledFault | None:
    """Choose one property of one resource."""
    choice = site.pick(
        (operation, n)
        for operation, n in site.with_property(site.root_items(), match_type("string", "integer", "boolean"))
        if n != "id"
    )

    def drop_property(call: ServerCall, _place: RecordPosition, data: dict[str, object]) -> dict[str, object]:
        asked = site.model.version_header.lower() in call.headers
        return {k: v for k, v in data.items() if choice is None or k != choice[1]} if asked else data

    return hook_at(choice[0], item=drop_property) if choice else None


FAULT = SeededFault(
    ("VER-03",),
    "with EvEnergy-Version: 2 a property is missing",
    install,
    difficulty="subtle",
    implies=("RSP-03",),  # the property may be required
)
