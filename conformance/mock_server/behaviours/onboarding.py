"""Vehicles and chargers that are connected to an account, and disconnected."""

from uuid import UUID

from conformance.mock_server.call import Answer, Call
from conformance.mock_server.problems import Problem, not_found, parameter
from conformance.mock_server.read_handler import Reads
from conformance.mock_server.world.store import Record
from conformance.mock_server.write_handler import Writes

_PAGES = "https://onboarding.example.com"


def _draw_ticket(reads: Reads, call: Call) -> str:
    """Return a ticket: the same request gets the same one until one is used."""
    spent = sum(not owner for owner in reads.behaviours.pending.values())
    rng = reads.world.rng(call.operation.key, sorted(call.query), spent)
    return str(UUID(int=rng.getrandbits(128), version=4))


def begin(reads: Reads, call: Call) -> Answer:
    """Redirect to the page where a user connects something, or return its address as JSON on request."""
    person = reads.world.store.collection(reads.world.shape.principal).by_key.get(call.last("user_id") or "")
    if person is None:
        raise not_found()
    for name in ("make_id", "model_id", "trim_id", "inverter_id"):
        given = call.last(name)
        if given is not None and not any(record.key == given for record in _list_products(reads, call, name)):
            raise Problem(404, detail=f"{name}: nothing has this id.")
    as_json = call.last("response_type") == "json" and call.operation.response(200) is not None
    if as_json and not any(call.last(name) for name in ("make_id", "model_id", "trim_id")):
        raise parameter("response_type", "needs make_id or model_id.")
    ticket = _draw_ticket(reads, call)
    reads.behaviours.pending[ticket] = person.key
    target = f"{_PAGES}{call.operation.path}/{ticket}"
    if not as_json:
        return Answer(302, None, {"Location": target}, media="")
    plain = reads.behaviours.plain(call, 200)
    known = {"url": target, "authorization_request_id": ticket}
    return Answer(200, {**plain, **{name: value for name, value in known.items() if name in plain}})


def _list_products(reads: Reads, call: Call, name: str) -> list[Record]:
    kind = call.operation.path.removeprefix("/").partition("_")[0]
    return list(reads.world.store.all("inverters" if name == "inverter_id" else f"{kind}_{name.removesuffix('_id')}s"))


def complete(writes: Writes, call: Call) -> Answer:
    """Complete a started onboarding: add one vehicle for the user who started it."""
    body = writes.body(call)
    pending = writes.reads.behaviours.pending
    ticket = str(body["authorization_request_uid"])
    if ticket not in pending:
        raise not_found()
    if not (owner := pending[ticket]):
        raise Problem(422, "authorization-spent", "This authorization was used already.")
    pending[ticket] = ""
    vehicle = writes.records.add(writes.world.shape.resources["vehicles"], None, owner)
    writes.finished(vehicle)
    return writes.done(call, None, vehicles=[{"id": vehicle.key, "url": call.base + vehicle.path}])


def bring_in(writes: Writes, call: Call) -> Answer:
    """Import a charger of another provider by its serial number, each once."""
    body = writes.body(call)
    if not str(body["serial_number"]).strip():
        raise not_found()
    name = f"{body['provider']}-{body['serial_number']}"
    if name in writes.reads.behaviours.pending:
        raise Problem(422, "already-imported", "This charger belongs to an account already.")
    writes.reads.behaviours.pending[name] = ""
    people = writes.world.store.collection(writes.world.shape.principal).keys
    evse = writes.records.add(writes.world.shape.resources["evses"], None, call.user or people[0])
    writes.finished(evse)
    return writes.done(call, evse)


def disconnect(writes: Writes, call: Call) -> Answer:
    """Disconnect a vehicle, so that it is no longer controlled."""
    vehicle = writes.reads.above(call)
    assert vehicle is not None  # noqa: S101
    writes.world.store.change(vehicle, {"integrated": "UNINTEGRATED"})
    return writes.done(call, vehicle)


def compatible(reads: Reads, call: Call) -> Answer:
    """Return whether a model can be used, the same for the same request; 404 for an unknown model."""
    name = next(name for name in ("vehicle_model_id", "evse_model_id") if call.last(name) is not None)
    if call.last(name) not in reads.world.store.collection(name.removesuffix("_id") + "s").by_key:
        raise not_found()
    return Answer(200, reads.behaviours.plain(call, 200))


READS = {
    "GET /vehicle_onboarding": begin,
    "GET /evse_onboarding": begin,
    "GET /inverter_onboarding": begin,
    "GET /vehicle_compatibility/check": compatible,
    "GET /evse_compatibility/check": compatible,
}
ACTIONS = {
    "POST /vehicle_onboarding/complete": complete,
    "POST /evse_onboarding/import": bring_in,
    "POST /vehicles/{vehicle_id}/disconnect": disconnect,
}
