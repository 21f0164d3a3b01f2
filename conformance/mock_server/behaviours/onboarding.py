"""Vehicles and chargers that are connected to an account, and disconnected."""

from dataclasses import replace
from uuid import UUID

from conformance.mock_server.behaviours.charging import end_running_sessions
from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.problems import Problem, build_not_found, build_parameter_problem
from conformance.mock_server.read_handler import ReadHandler
from conformance.mock_server.world.store import StoredRecord
from conformance.mock_server.write_handler import WriteHandler

_PAGES = "https://onboarding.example.com"


def _draw_ticket(reads: ReadHandler, call: ServerCall) -> str:
    """Return a ticket: the same request gets the same one until one is used."""
    spent = sum(not owner for owner in reads.behaviours.pending_actions.values())
    rng = reads.world.create_rng(call.operation.key, sorted(call.query), spent)
    return str(UUID(int=rng.getrandbits(128), version=4))


def begin_onboarding(reads: ReadHandler, call: ServerCall) -> ServerResponse:
    """Redirect to the page where a user connects something, or return its address as JSON on request."""
    person = reads.world.store.get_collection(reads.world.shape.user_resource).by_key.get(
        call.last_query_value("user_id") or ""
    )
    if person is None:
        raise build_not_found()
    for name in ("make_id", "model_id", "trim_id", "inverter_id"):
        given = call.last_query_value(name)
        if given is not None and not any(record.key == given for record in _list_products(reads, call, name)):
            raise Problem(404, detail=f"{name}: nothing has this id.")
    as_json = call.last_query_value("response_type") == "json" and call.operation.find_response(200) is not None
    if as_json and not any(call.last_query_value(name) for name in ("make_id", "model_id", "trim_id")):
        raise build_parameter_problem("response_type", "needs make_id or model_id.")
    ticket = _draw_ticket(reads, call)
    reads.behaviours.pending_actions[ticket] = person.key
    target = f"{_PAGES}{call.operation.path}/{ticket}"
    if not as_json:
        return ServerResponse(302, None, {"Location": target}, media="")
    plain = reads.behaviours.build_body(call, 200)
    known = {"url": target, "authorization_request_id": ticket}
    return ServerResponse(200, {**plain, **{name: value for name, value in known.items() if name in plain}})


def _list_products(reads: ReadHandler, call: ServerCall, name: str) -> list[StoredRecord]:
    kind = call.operation.path.removeprefix("/").partition("_")[0]
    return list(
        reads.world.store.iterate_records(
            "inverters" if name == "inverter_id" else f"{kind}_{name.removesuffix('_id')}s"
        )
    )


def complete_onboarding(writes: WriteHandler, call: ServerCall) -> ServerResponse:
    """Complete a started onboarding: add one vehicle for the user who started it."""
    body = writes.read_body(call)
    pending = writes.reads.behaviours.pending_actions
    ticket = str(body["authorization_request_uid"])
    if ticket not in pending:
        raise build_not_found()
    if not (owner := pending[ticket]):
        raise Problem(422, "authorization-spent", "This authorization was used already.")
    pending[ticket] = ""
    vehicle = writes.records.add_record(writes.world.shape.resources["vehicles"], None, owner)
    writes.announce_record(vehicle)
    return writes.build_success_response(call, None, vehicles=[{"id": vehicle.key, "url": call.base + vehicle.path}])


def import_charger(writes: WriteHandler, call: ServerCall) -> ServerResponse:
    """Import a charger of another provider by its serial number, each once."""
    body = writes.read_body(call)
    if not str(body["serial_number"]).strip():
        raise build_not_found()
    name = f"{body['provider']}-{body['serial_number']}"
    if name in writes.reads.behaviours.pending_actions:
        raise Problem(422, "already-imported", "This charger belongs to an account already.")
    writes.reads.behaviours.pending_actions[name] = ""
    people = writes.world.store.get_collection(writes.world.shape.user_resource).keys
    evse = writes.records.add_record(writes.world.shape.resources["evses"], None, call.user or people[0])
    writes.announce_record(evse)
    return writes.build_success_response(call, evse)


def disconnect_vehicle(writes: WriteHandler, call: ServerCall) -> ServerResponse:
    """Disconnect a vehicle, so that it is no longer controlled; one without an integration stays as it is."""
    vehicle = writes.reads.find_parent(call)
    assert vehicle is not None  # noqa: S101
    if vehicle.data.get("integrated") == "ACTIVE" and writes.reads.is_enforced(call, "inactive"):
        writes.world.store.change(vehicle, {"integrated": "INACTIVE"})
        end_running_sessions(writes, vehicle)
    return writes.build_success_response(call, vehicle)


def check_compatibility(reads: ReadHandler, call: ServerCall) -> ServerResponse:
    """Return whether a model can be used in a country; 404 for an unknown model."""
    name = next(name for name in ("vehicle_model_id", "evse_model_id") if call.last_query_value(name) is not None)
    model = call.last_query_value(name)
    if model not in reads.world.store.get_collection(name.removesuffix("_id") + "s").by_key:
        raise Problem(404, f"{name.removesuffix('_id').replace('_', '-')}-not-found", f"{name}: no such model.")
    country = _find_country(reads, call)
    query = ((name, str(model)), ("country", country), ("program_id", call.last_query_value("program_id") or ""))
    return ServerResponse(200, reads.behaviours.build_body(replace(call, query=query), 200))


def _find_country(reads: ReadHandler, call: ServerCall) -> str:
    """Return the country of a check: of the program, of the query, of the language, or the United States."""
    if call.last_query_value("program_id") is not None and reads.is_enforced(call, "country-of-program"):
        return ""  # that of the program, which goes into the answer with its id
    language, _, region = call.headers.get("accept-language", "").partition(",")[0].partition(";")[0].partition("-")
    stated = call.last_query_value("country")
    if stated and (reads.is_enforced(call, "country-of-query") or not region):
        return stated.upper()
    return region.upper() or ("US" if reads.is_enforced(call, "default-country") else language.upper() or "GB")


READS = {
    "GET /vehicle_onboarding": begin_onboarding,
    "GET /evse_onboarding": begin_onboarding,
    "GET /inverter_onboarding": begin_onboarding,
    "GET /vehicle_compatibility/check": check_compatibility,
    "GET /evse_compatibility/check": check_compatibility,
}
ACTIONS = {
    "POST /vehicle_onboarding/complete": complete_onboarding,
    "POST /evse_onboarding/import": import_charger,
    "POST /vehicles/{vehicle_id}/disconnect": disconnect_vehicle,
}
