"""Fractions are stored in 32 bits, but for those that are documented as doubles."""

from collections.abc import Mapping
from struct import pack, unpack
from typing import Any

from conformance.mock_server.admissible_readings import AdmissibleReading, InstalledReading
from conformance.mock_server.call import ServerCall
from conformance.mock_server.fault_sites import FaultSite
from conformance.mock_server.world.store import StoredRecord


def install(site: FaultSite) -> InstalledReading:
    """Read from the schema of each body which precision its numbers have."""
    fold = site.world.schema_compiler.fold_schema

    def store_members(members: Mapping[str, Any], schemas: Mapping[str, Any]) -> dict[str, Any]:
        return {name: store_value(value, fold(schemas.get(name, {}))) for name, value in members.items()}

    def store_value(value: Any, schema: Mapping[str, Any]) -> Any:
        if isinstance(value, dict):
            return store_members(value, schema.get("properties", {}))
        if isinstance(value, list):
            return [store_value(member, fold(schema.get("items", {}))) for member in value]
        is_single = isinstance(value, float) and schema.get("format") != "double"
        return unpack("f", pack("f", value))[0] if is_single else value

    def round_fractions(call: ServerCall, _record: StoredRecord, changes: dict[str, Any]) -> dict[str, Any]:
        return store_members(changes, site.writable_properties(call.operation))

    return InstalledReading({"apply": round_fractions})


READING = AdmissibleReading(
    "writes", "RFC 8259, section 6: implementations may limit the precision of numbers", install
)
