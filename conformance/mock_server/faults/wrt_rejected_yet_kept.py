"""A refused PATCH stores its valid fields."""

from conformance.mock_server.call import ServerCall
from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at
from conformance.model import Role


def install(site: FaultSite) -> InstalledFault | None:
    """Choose the PATCH of one resource."""
    store = site.world.store

    def keep_valid_fields(
        call: ServerCall, body: dict[str, object], errors: dict[str, list[str]]
    ) -> dict[str, list[str]]:
        record = store.by_path.get(call.path)
        right = {n: v for n, v in body.items() if n not in errors and n in simple[call.operation.key]}
        if errors and record is not None and right:
            store.change(record, right)
        return errors

    simple = {
        o.key: {
            n
            for n, s in site.writable_properties(o).items()
            if s.get("type") in ("integer", "boolean", "string")
            and s.get("format") != "uri"
            and n in site.properties(o)
        }
        for o in site.body_writes(Role.UPDATE)
    }
    return hook_at(
        site.pick(o for o in site.body_writes(Role.UPDATE) if len(simple[o.key]) > 1), reject=keep_valid_fields
    )


FAULT = SeededFault(("WRT-05",), "a PATCH that gives 400 changes something", install, difficulty="subtle", changes=())
