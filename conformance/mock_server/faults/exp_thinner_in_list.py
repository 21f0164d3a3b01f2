"""An object expanded in a list lacks a property that the single read shows."""

from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at
from conformance.model import Role


def install(site: FaultSite) -> InstalledFault | None:
    """Choose one optional property of an expanded object."""
    options = []
    for operation, expansion in site.expansions(Role.LIST):
        schema = site.world.schema_compiler.fold_schema(site.world.description.resolve(expansion.schema))
        names = [n for n in schema.get("properties", {}) if n not in {"id", "url", *schema.get("required", ())}]
        options += [(operation, expansion.path, name) for name in names]
    choice = site.pick(options)

    def drop_property(_call: object, here: str, _record: object, data: dict[str, object]) -> dict[str, object]:
        return {k: v for k, v in data.items() if k != choice[2]} if choice and here == choice[1] else data

    return hook_at(choice[0], nested=drop_property) if choice else None


FAULT = SeededFault(("EXP-09", "EXP-04"), "an object expanded in a list lacks a property", install, difficulty="subtle")
