"""Vehicles: connectors that a model lends to them, and a state of charge that a person enters."""

from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.world.builder import MockWorld
from conformance.mock_server.world.store import StoredRecord
from conformance.mock_server.write_handler import WriteHandler

_CONNECTORS, _CHARGE = "vehicles.connectors", "vehicles.state_of_charge"
_VEHICLE = "/vehicles/{vehicle_id}"


def on_build(world: MockWorld) -> None:
    """Let no adaptor be listed twice or be the native connector, and a source stand beside every state of charge."""
    for record in world.store.iterate_records(_CONNECTORS):
        adaptors = record.data.get("adaptors") or []
        native = record.data.get("native_connector")
        record.data["adaptors"] = [name for name in dict.fromkeys(adaptors) if name != native]
    for record in world.store.iterate_records(_CHARGE):
        if record.data.get("state_of_charge_percentage") is None:
            record.data["source"] = None


def set_connectors(writes: WriteHandler, call: ServerCall) -> ServerResponse:
    """Set the connectors; without a native one the vehicle has that of its model."""
    connectors = writes.reads.find_record(call)
    body = writes.read_body(call)
    if "native_connector" in body and body["native_connector"] is None:
        body = {**body, "native_connector": _find_inherited(writes, connectors, body)}
    writes.update_record(call, connectors, body)
    return writes.build_success_response(call, connectors)


def _find_inherited(writes: WriteHandler, connectors: StoredRecord, body: dict[str, object]) -> object:
    """Return the connector of the vehicle's model, null where that is unknown or one of the adaptors."""
    store = writes.world.store
    vehicle = connectors.parent.data if connectors.parent else {}
    trim = store.by_path.get(vehicle.get("trim") or "")
    model = store.by_path.get(trim.data.get("model") or "") if trim else None
    inherited = model.data.get("default_connector_type") if model else None
    adaptors = body.get("adaptors", connectors.data.get("adaptors")) or []
    return None if isinstance(adaptors, list) and inherited in adaptors else inherited


def enter_state_of_charge(writes: WriteHandler, call: ServerCall) -> ServerResponse:
    """Take a state of charge that a person entered, or forget it."""
    charge = writes.reads.find_record(call)
    body = writes.read_body(call)
    writes.update_record(call, charge, body)
    if "state_of_charge_percentage" in body and writes.reads.is_enforced(call, "source-of-charge"):
        is_entered = body["state_of_charge_percentage"] is not None
        writes.world.store.change(charge, {"source": "MANUAL" if is_entered else None})
    return writes.build_success_response(call, charge)


ACTIONS = {
    f"PATCH {_VEHICLE}/connectors": set_connectors,
    f"PATCH {_VEHICLE}/state_of_charge": enter_state_of_charge,
}
