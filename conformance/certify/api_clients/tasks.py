"""Tasks that a client is started for, as integrations do them, and the profiles that they add up to. Pure."""

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType

import msgspec

from conformance.certify.api_clients.conditions import ConditionRule, match_operations, start_session_once
from conformance.certify.api_clients.trace import ClientCall, ServerPart, Trace
from conformance.tools.link_header import BLANK_TARGET, LinkSyntaxError, parse_link_header

LIST_VEHICLES, READ_VEHICLE = "GET /vehicles", "GET /vehicles/{vehicle_id}"
LIST_SESSIONS, READ_SESSION = "GET /charging_sessions", "GET /charging_sessions/{charging_session_id}"
LIST_MODELS = "GET /vehicle_models"
CREATE_USER, ADD_VEHICLE = "POST /users", "POST /vehicles"
CHANGE_VEHICLE = "PATCH /vehicles/{vehicle_id}"
PARALLEL_READS = 20
PARTIAL_PROFILE = "partial"  # tasks that complete no profile


class Task(msgspec.Struct, frozen=True):
    """A task of a client.

    `description` tells partners what to do. `describe_lack` returns what is missing in a trace for the task to be
    done, empty where it is done. The rules in `setup_rules` apply to every scenario of the task, the control included.
    If the task `is_writing`, each of its scenarios has a mock world of its own.
    """

    name: str
    description: str
    describe_lack: Callable[[Trace], str]
    setup_rules: tuple[ConditionRule, ...] = ()
    is_writing: bool = False


def _count_successes(trace: Trace, operation: str) -> int:
    return sum(call.exchange.request.operation == operation and 200 <= call.status < 300 for call in trace.api_calls)


def _require_successes(operation: str, minimum: int = 1) -> Callable[[Trace], str]:
    def describe_lack(trace: Trace) -> str:
        count = _count_successes(trace, operation)
        return "" if count >= minimum else f"{operation} succeeded {count} times, at least {minimum} expected"

    return describe_lack


def _require_each_vehicle(trace: Trace) -> str:
    pages = (call.exchange.response for call in trace.api_calls if _is_success(call, LIST_VEHICLES))
    listed = {item["id"] for page in pages if page for item in msgspec.json.decode(page.body)}
    read = {call.path for call in trace.api_calls if _is_success(call, READ_VEHICLE)}
    if listed and len(read) >= len(listed):
        return ""
    return f"it read {len(read)} of {len(listed)} vehicles by their URLs"


def _is_success(call: ClientCall, operation: str) -> bool:
    return call.exchange.request.operation == operation and call.status == 200


def _require_all_pages(trace: Trace) -> str:
    pages = [call for call in trace.api_calls if _is_success(call, LIST_VEHICLES)]
    if not pages:
        return f"{LIST_VEHICLES} never succeeded"
    return (
        ""
        if any(not find_next_link(call.response_header("link")) for call in pages)
        else "it did not read the last page"
    )


def find_next_link(header: str) -> str:
    """Return the target of `rel="next"` in a Link header, empty where there is none."""
    try:
        target = next((link.target for link in parse_link_header(header) if "next" in link.rels), BLANK_TARGET)
    except LinkSyntaxError:
        return ""
    return "" if target == BLANK_TARGET else target


def _require_sign_in(trace: Trace) -> str:
    if not trace.select_calls(ServerPart.AUTHORIZE):
        return "the authorization endpoint received no request"
    return "" if any(call.status == 200 for call in trace.api_calls) else "no request to the API succeeded"


def _require_revocation(trace: Trace) -> str:
    return "" if trace.select_calls(ServerPart.REVOKE) else "the revocation endpoint received no request"


_TABLE = (
    Task("list_vehicles", "List all vehicles, page by page.", _require_all_pages),
    Task(
        "read_vehicles", "List all vehicles, then read each by its own URL, one after the other.", _require_each_vehicle
    ),
    Task(
        "read_at_once",
        f"List vehicles, then read {PARALLEL_READS} of them by their URLs at the same time.",
        _require_successes(READ_VEHICLE, PARALLEL_READS),
    ),
    Task(
        "read_session",
        "List charging sessions, read the first by its URL with its vehicle expanded; "
        "where `vehicle` is still a URL, read that URL.",
        _require_successes(READ_SESSION),
    ),
    Task(
        "poll_sessions",
        "Read the list of charging sessions about once a second until it shows a new session.",
        _require_successes(LIST_SESSIONS),
        setup_rules=(ConditionRule(match_operations(LIST_SESSIONS), start_session_once),),
        is_writing=True,
    ),
    Task("create_user", "Create a user with any email address.", _require_successes(CREATE_USER), is_writing=True),
    Task(
        "add_vehicle",
        "Read vehicle models, then add a vehicle of one of them for the user in EVCONFORM_USER.",
        _require_successes(ADD_VEHICLE),
        is_writing=True,
    ),
    Task(
        "change_vehicle",
        "List vehicles, set the charge limit of the first to 80 %.",
        _require_successes(CHANGE_VEHICLE),
        is_writing=True,
    ),
    Task(
        "sign_in",
        "Sign a person in with the authorization code grant (login_hint user_a, redirect to EVCONFORM_REDIRECT_URI), "
        "then list vehicles once.",
        _require_sign_in,
    ),
    Task("revoke_token", "Get a token, list vehicles once, revoke the token.", _require_revocation),
)
TASKS: Mapping[str, Task] = MappingProxyType({task.name: task for task in _TABLE})

PROFILES: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "reader": frozenset({"list_vehicles", "read_vehicles"}),
        "charging data": frozenset({"list_vehicles", "read_session", "poll_sessions"}),
        "onboarding": frozenset({"list_vehicles", "create_user", "add_vehicle", "change_vehicle"}),
    }
)


FULL_PROFILE = "full"


def list_possible_tasks(*, is_public: bool) -> frozenset[str]:
    """Return the tasks that a public or a confidential client can do: only a public client signs people in."""
    return frozenset(TASKS) if is_public else frozenset(TASKS) - {"sign_in"}


def describe_profiles(declared: Iterable[str], is_public: bool) -> str:
    """Return the profiles that tasks complete: FULL for all tasks, else their names, else PARTIAL."""
    tasks = frozenset(declared)
    if tasks >= list_possible_tasks(is_public=is_public):
        return FULL_PROFILE
    return ", ".join(name for name, needed in PROFILES.items() if needed <= tasks) or PARTIAL_PROFILE
