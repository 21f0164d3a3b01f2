"""Rules that the description states in words only, as the built-in server enforces them.

Each rule has a name, so that a seeded fault can switch it off (`Hooks.rule`). A rule on a body gets the call, the body
as it was sent and the record at the path, None where there is none, and returns complaints by field; a rule on a query
raises the problem.
"""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from conformance.mock_server.call import ServerCall
from conformance.mock_server.problems import Problem, build_parameter_problem
from conformance.mock_server.world.builder import MockWorld
from conformance.mock_server.world.store import StoredRecord

Complaints = dict[str, list[str]]
BodyRule = Callable[[MockWorld, ServerCall, Mapping[str, Any], StoredRecord | None], Complaints]
QueryRule = Callable[[MockWorld, ServerCall], None]

MAX_SAVED_ROUTES = 50
_REGISTERED_HOSTS = frozenset({"example.com", "app.example.com", "localhost"})


def require_distinct_adaptors(_w: MockWorld, _c: ServerCall, body: Mapping[str, Any], _r: Any) -> Complaints:
    """Refuse an adaptor that is listed twice."""
    adaptors = body.get("adaptors")
    is_double = isinstance(adaptors, list) and any(adaptors.count(name) > 1 for name in adaptors)
    return {"adaptors": ["Name each adaptor once."]} if is_double else {}


def require_other_adaptors(_w: MockWorld, _c: ServerCall, body: Mapping[str, Any], record: Any) -> Complaints:
    """Refuse an adaptor that is the native connector."""
    present = record.data if record is not None else {}
    native = body.get("native_connector", present.get("native_connector"))
    adaptors = body.get("adaptors", present.get("adaptors"))
    is_named = "adaptors" in body or "native_connector" in body
    is_native = is_named and native is not None and isinstance(adaptors, list) and native in adaptors
    return {"adaptors": ["The native connector needs no adaptor."]} if is_native else {}


def require_receiver(_w: MockWorld, _c: ServerCall, body: Mapping[str, Any], _r: Any) -> Complaints:
    """Refuse a payout by PayPal or Venmo without a receiver."""
    needs_one = body.get("receiver_wallet") in {"PAYPAL", "VENMO"} and not body.get("receiver")
    return {"receiver": ["This wallet needs a receiver."]} if needs_one else {}


def refuse_receiver_of_credits(_w: MockWorld, _c: ServerCall, body: Mapping[str, Any], _r: Any) -> Complaints:
    """Refuse a receiver of bill credits."""
    has_one = body.get("receiver_wallet") == "BILL_CREDITS" and body.get("receiver") is not None
    return {"receiver": ["Bill credits go to the account of the user."]} if has_one else {}


def _build_device_rule(kind: str) -> BodyRule:
    """Return the rule that an entry of a waitlist names its device in exactly one of two ways."""
    by_id, by_name = f"{kind}_model_id", (f"{kind}_make_name", f"{kind}_model_name")

    def require_one_device(_w: MockWorld, _c: ServerCall, body: Mapping[str, Any], _r: Any) -> Complaints:
        names = [body.get(name) is not None for name in by_name]
        is_picked = body.get(by_id) is not None and not any(names)
        is_entered = body.get(by_id) is None and all(names)
        return {} if is_picked or is_entered else {by_id: ["Name the device by its id, or by make and model."]}

    return require_one_device


def _build_known_rule(name: str, resource: str) -> BodyRule:
    """Return the rule that an id in a body is that of a member of a collection."""

    def require_known(world: MockWorld, _c: ServerCall, body: Mapping[str, Any], _r: Any) -> Complaints:
        value = body.get(name)
        is_known = value is None or str(value) in world.store.get_collection(resource).by_key
        return {} if is_known else {name: ["Nothing has this id."]}

    return require_known


def require_place_on_earth(_w: MockWorld, _c: ServerCall, body: Mapping[str, Any], _r: Any) -> Complaints:
    """Refuse a latitude or longitude out of range."""
    place = body.get("location")
    for name, most in (("latitude", 90), ("longitude", 180)):
        value = place.get(name) if isinstance(place, dict) else None
        if isinstance(value, int | float) and abs(value) > most:
            return {"location": [f"The {name} is out of range."]}
    return {}


def keep_battery_of_integrated(_w: MockWorld, _c: ServerCall, body: Mapping[str, Any], record: Any) -> Complaints:
    """Refuse the battery size of an integrated vehicle."""
    is_integrated = record is not None and record.data.get("integrated") == "ACTIVE"
    is_set = is_integrated and "battery_size_watt_hours" in body
    return {"battery_size_watt_hours": ["An integrated vehicle states it itself."]} if is_set else {}


def limit_saved_routes(world: MockWorld, call: ServerCall, _body: Mapping[str, Any], _r: Any) -> Complaints:
    """Refuse more saved routes than a user may have."""
    owner = call.path.rpartition("/")[0]
    count = len(world.store.get_collection("users.saved_routes", owner))
    return {"": [f"A user can save {MAX_SAVED_ROUTES} routes."]} if count >= MAX_SAVED_ROUTES else {}


BODY_RULES: Mapping[str, Mapping[str, BodyRule]] = {
    "PATCH /vehicles/{vehicle_id}/connectors": {
        "distinct-adaptors": require_distinct_adaptors,
        "other-adaptors": require_other_adaptors,
    },
    "PATCH /users/{user_id}/payout_method": {
        "receiver": require_receiver,
        "receiver-of-credits": refuse_receiver_of_credits,
    },
    "POST /evse_waitlist": {
        "one-device": _build_device_rule("evse"),
        "known-model": _build_known_rule("evse_model_id", "evse_models"),
        "known-program": _build_known_rule("program_id", "programs"),
    },
    "POST /vehicle_waitlist": {
        "one-device": _build_device_rule("vehicle"),
        "known-model": _build_known_rule("vehicle_model_id", "vehicle_models"),
        "known-program": _build_known_rule("program_id", "programs"),
    },
    "PATCH /evses/{evse_id}": {"place-on-earth": require_place_on_earth},
    "PATCH /vehicles/{vehicle_id}": {"battery-of-integrated": keep_battery_of_integrated},
    "POST /users/{user_id}/saved_routes": {"most-saved-routes": limit_saved_routes},
}
"""Rules on bodies, by the key of their operation and by name."""


def choose_one_place(_world: MockWorld, call: ServerCall) -> None:
    """Refuse coordinates together with a postal code or a country."""
    by_code = [name for name in ("postal_code", "country_code") if call.last_query_value(name) is not None]
    if by_code and call.last_query_value("coordinates") is not None:
        raise build_parameter_problem("coordinates", f"not together with {by_code[0]}.")


def require_country_of_code(_world: MockWorld, call: ServerCall) -> None:
    """Refuse a postal code without its country."""
    if call.last_query_value("postal_code") is not None and call.last_query_value("country_code") is None:
        raise build_parameter_problem("country_code", "the postal code of which country?")


def require_registered_redirect(_world: MockWorld, call: ServerCall) -> None:
    """Refuse a redirect to a host that no application has registered."""
    text = call.last_query_value("redirect_uri")
    if text is not None and (urlsplit(text).hostname or "") not in _REGISTERED_HOSTS:
        raise build_parameter_problem("redirect_uri", "not registered by the application.")


def _build_program_rule(slug: str) -> QueryRule:
    """Return the rule that a program in the query exists."""

    def require_known_program(world: MockWorld, call: ServerCall) -> None:
        key = call.last_query_value("program_id")
        if key is not None and key not in world.store.get_collection("programs").by_key:
            raise Problem(404, slug, "program_id: no such program.")

    return require_known_program


QUERY_RULES: Mapping[str, Mapping[str, QueryRule]] = {
    "GET /programs": {"one-place": choose_one_place, "country-of-code": require_country_of_code},
    "GET /evse_onboarding": {"registered-redirect": require_registered_redirect},
    "GET /vehicle_onboarding": {"registered-redirect": require_registered_redirect},
    "GET /evse_compatibility/check": {"known-program": _build_program_rule("program-not-found")},
    "GET /vehicle_compatibility/check": {
        "known-program": _build_program_rule("program-not-found-vehicle-compatibility")
    },
}
"""Rules on queries, by the key of their operation and by name."""
