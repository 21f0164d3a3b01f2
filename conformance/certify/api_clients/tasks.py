"""What integrations do anyway: the tasks that a client is started for, and the profiles that they add up to. Pure."""

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType

import msgspec

from conformance.certify.api_clients.conditions import Rule, begins_a_session, on
from conformance.certify.api_clients.trace import Call, Part, Trace
from conformance.link_header import BLANK, LinkSyntaxError, parse

VEHICLES, VEHICLE = "GET /vehicles", "GET /vehicles/{vehicle_id}"
SESSIONS, SESSION = "GET /charging_sessions", "GET /charging_sessions/{charging_session_id}"
CREATE_USER, ADD_VEHICLE = "POST /users", "POST /vehicles"
CHANGE_VEHICLE = "PATCH /vehicles/{vehicle_id}"
AT_ONCE = 20
PARTIAL = "partial"  # what adds up to no profile


class Task(msgspec.Struct, frozen=True):
    """One task. `about` is for people; `lacks` says what a run without any condition lacks to have done it.

    `setup` holds in every case of the task, the control included; `writes` asks for a world of its own.
    """

    name: str
    about: str
    lacks: Callable[[Trace], str]
    setup: tuple[Rule, ...] = ()
    writes: bool = False


def _succeeded(trace: Trace, operation: str) -> int:
    return sum(each.exchange.request.operation == operation and 200 <= each.status < 300 for each in trace.api)


def _needs(operation: str, count: int = 1) -> Callable[[Trace], str]:
    def lacks(trace: Trace) -> str:
        seen = _succeeded(trace, operation)
        return "" if seen >= count else f"{operation} succeeded {seen} times, at least {count} expected"

    return lacks


def _each_vehicle(trace: Trace) -> str:
    bodies = (c.exchange.response.body for c in trace.api if c.exchange.response and _is(c, VEHICLES))
    shown = {item["id"] for body in bodies for item in msgspec.json.decode(body)}
    read = {each.target.partition("?")[0] for each in trace.api if _is(each, VEHICLE)}
    return "" if shown and len(read) >= len(shown) else f"it read {len(read)} of {len(shown)} vehicles by their URLs"


def _is(call: Call, operation: str) -> bool:
    return call.exchange.request.operation == operation and call.status == 200


def _all_pages(trace: Trace) -> str:
    pages = [each for each in trace.api if _is(each, VEHICLES)]
    if not pages:
        return f"{VEHICLES} never succeeded"
    return "" if any(not next_of(each.answered("link")) for each in pages) else "it did not read the last page"


def next_of(header: str) -> str:
    """The target of `rel="next"`, empty where there is none."""
    try:
        found = next((each.target for each in parse(header) if "next" in each.rels), BLANK)
    except LinkSyntaxError:
        return ""
    return "" if found == BLANK else found


def _signed_in(trace: Trace) -> str:
    if not trace.to(Part.AUTHORIZE):
        return "no request came to the authorization endpoint"
    return "" if any(each.status == 200 for each in trace.api) else "no request to the API succeeded"


def _revoked(trace: Trace) -> str:
    return "" if trace.to(Part.REVOKE) else "no request came to the revocation endpoint"


_TABLE = (
    Task("list_vehicles", "List all vehicles, page by page.", _all_pages),
    Task("read_vehicles", "List all vehicles, then read each by its own URL, one after the other.", _each_vehicle),
    Task(
        "read_at_once",
        f"List vehicles, then read {AT_ONCE} of them by their URLs at the same time.",
        _needs(VEHICLE, AT_ONCE),
    ),
    Task(
        "read_session",
        "List charging sessions, read the first by its URL with its vehicle expanded; "
        "where `vehicle` is a URL all the same, read that.",
        _needs(SESSION),
    ),
    Task(
        "poll_sessions",
        "Read the list of charging sessions again about every second until a session is there that was not before.",
        _needs(SESSIONS),
        setup=(Rule(on(SESSIONS), begins_a_session),),
        writes=True,
    ),
    Task("create_user", "Create a user with any email address.", _needs(CREATE_USER), writes=True),
    Task(
        "add_vehicle",
        "Read vehicle models, add a vehicle of one of them to the user in EVCONFORM_USER.",
        _needs(ADD_VEHICLE),
        writes=True,
    ),
    Task(
        "change_vehicle",
        "List vehicles, set the charge limit of the first to 80 %.",
        _needs(CHANGE_VEHICLE),
        writes=True,
    ),
    Task(
        "sign_in",
        "Sign a person in with the authorization code grant (login_hint user_a, redirect to EVCONFORM_REDIRECT_URI), "
        "then list vehicles once.",
        _signed_in,
    ),
    Task("revoke_token", "Get a token, list vehicles once, revoke the token.", _revoked),
)
TASKS: Mapping[str, Task] = MappingProxyType({each.name: each for each in _TABLE})

PROFILES: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "reader": frozenset({"list_vehicles", "read_vehicles"}),
        "charging data": frozenset({"list_vehicles", "read_session", "poll_sessions"}),
        "onboarding": frozenset({"list_vehicles", "create_user", "add_vehicle", "change_vehicle"}),
    }
)


FULL = "full"


def everything(*, public: bool) -> frozenset[str]:
    """The tasks that such a client can do: only one that keeps no secret signs people in."""
    return frozenset(TASKS) if public else frozenset(TASKS) - {"sign_in"}


def profile_of(declared: Iterable[str], public: bool) -> str:
    """The profiles that tasks add up to: `full` for all that such a client can do, else names, else PARTIAL."""
    done = frozenset(declared)
    if done >= everything(public=public):
        return FULL
    return ", ".join(name for name, needed in PROFILES.items() if needed <= done) or PARTIAL
