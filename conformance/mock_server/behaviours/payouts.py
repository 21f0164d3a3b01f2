"""The preferred payout method of a user: set, and cleared without end."""

from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.world.builder import MockWorld
from conformance.mock_server.world.store import StoredRecord
from conformance.mock_server.write_handler import WriteHandler

_METHODS = "users.payout_method"
_PATH = "/users/{user_id}/payout_method"
_TYPES = {"PAYPAL": "EMAIL", "VENMO": "PHONE", "BILL_CREDITS": "ACCOUNT_NUMBER"}
_RECEIVERS = {"PAYPAL": "person@example.com", "VENMO": "+12025550100", "BILL_CREDITS": "A-1234567"}


def on_build(world: MockWorld) -> None:
    """Let wallet, type and receiver of each method fit together."""
    for record in world.store.iterate_records(_METHODS):
        if (wallet := record.data.get("receiver_wallet")) in _TYPES:
            _derive_type(record, keep=wallet == "PAYPAL" and "@" in str(record.data.get("receiver")))


def _derive_type(record: StoredRecord, *, keep: bool) -> None:
    wallet = record.data["receiver_wallet"]
    record.data["receiver_type"] = _TYPES[wallet]
    if not keep:
        record.data["receiver"] = _RECEIVERS[wallet]


def set_method(writes: WriteHandler, call: ServerCall) -> ServerResponse:
    """Set the wallet and its receiver, which bill credits derive from the user's account."""
    method = writes.reads.find_record(call)
    writes.update_record(call, method, writes.read_body(call))
    if (
        writes.reads.is_enforced(call, "type-of-receiver")
        or method.data.get("receiver_type") is None
        or method.data["receiver_wallet"] == "BILL_CREDITS"
    ):
        _derive_type(method, keep=method.data["receiver_wallet"] != "BILL_CREDITS")
    return writes.build_success_response(call, method)


def clear_method(writes: WriteHandler, call: ServerCall) -> ServerResponse:
    """Clear the method; there is nothing to complain about where none is set."""
    method = writes.reads.find_record(call)
    if writes.reads.is_enforced(call, "cleared-receiver"):
        writes.world.store.change(method, {"receiver": None, "receiver_type": None, "receiver_wallet": None})
    return ServerResponse(204, media="")


ACTIONS = {f"PATCH {_PATH}": set_method, f"DELETE {_PATH}": clear_method}
