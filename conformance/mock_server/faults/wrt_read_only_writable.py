"""A read-only field can be set."""

import msgspec

from conformance.mock_server.call import ServerCall
from conformance.mock_server.seeded_faults import FaultSite, InstalledFault, SeededFault, hook_at
from conformance.mock_server.world.store import StoredRecord
from conformance.model import Role


def install(site: FaultSite) -> InstalledFault | None:
    """Choose one read-only text or number of one PATCH."""
    options = []
    for operation in site.body_writes(Role.UPDATE):
        writable = site.writable_properties(operation)
        for name, schema in site.properties(operation).items():
            plain = schema.get("type") in ("string", "integer") and "pattern" not in schema
            if plain and schema.get("readOnly") and name not in {"id", "url", *writable}:
                options.append((operation, name))
    choice = site.pick(options)

    def take_read_only(call: ServerCall, _record: StoredRecord | None, changes: dict[str, object]) -> dict[str, object]:
        sent = msgspec.json.decode(call.body) if call.body[:1] == b"{" else {}
        return {**changes, choice[1]: sent[choice[1]]} if choice and choice[1] in sent else changes

    return hook_at(choice[0], apply=take_read_only) if choice else None


FAULT = SeededFault(("WRT-03",), "PATCH changes a read-only field", install)
