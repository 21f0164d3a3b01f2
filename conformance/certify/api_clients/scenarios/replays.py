"""Scenarios of replays: a request that is repeated after a 401 is the same request with a new token (C09, C15)."""

from conformance.certify.api_clients.conditions import ConditionRule, match_operations, refuse_tokens
from conformance.certify.api_clients.definitions import (
    ClientEvidence,
    PassiveJudge,
    PassiveVerdict,
    Scenario,
    build_violation,
)
from conformance.certify.api_clients.scenarios.tokens import judge_renewal
from conformance.certify.api_clients.tasks import (
    ADD_VEHICLE,
    CHANGE_VEHICLE,
    CREATE_USER,
    LIST_SESSIONS,
    LIST_VEHICLES,
    READ_SESSION,
)
from conformance.certify.api_clients.trace import ClientCall
from conformance.certify.api_clients.trace_comparisons import list_repeats
from conformance.certify.assessments import PASSED, Assessment

_USER = "EvEnergy-User"
_TEMPORARY = frozenset({0, 401, 429, 502, 503, 504})  # 0: no response
_REFUSED = (
    ("add-vehicle", "add_vehicle", ADD_VEHICLE, 0),
    ("change-vehicle", "change_vehicle", CHANGE_VEHICLE, 0),
    ("create-user", "create_user", CREATE_USER, 0),
    ("read-session", "read_session", READ_SESSION, 0),
    ("revoke-token", "revoke_token", LIST_VEHICLES, 0),
    ("poll-sessions", "poll_sessions", LIST_SESSIONS, 1),  # in the second round
)


def _judge_repeated_users(everything: ClientEvidence) -> tuple[PassiveVerdict, ...]:
    """Judge repeats of refused requests with EvEnergy-User, which a person's token does without: the same value."""
    if everything.is_public:
        return ()
    return tuple(
        PassiveVerdict(_judge_repeated_user(refused, repeat), (refused.exchange.id, repeat.exchange.id))
        for trace in everything.traces.values()
        for refused in trace.api_calls
        if refused.status in _TEMPORARY and refused.request_header(_USER)
        for repeat in list_repeats(trace, refused)[:1]
    )


def _judge_repeated_user(refused: ClientCall, repeat: ClientCall) -> Assessment:
    first, second = refused.request_header(_USER), repeat.request_header(_USER)
    if first == second:
        return PASSED
    return build_violation(f"it repeats a request with another {_USER}", f"{second or 'none'} in place of {first}")


SCENARIOS = tuple(
    Scenario(
        f"token-expired-at-{name}",
        "C09",
        task,
        f"responds to {operation} with 401, until there is a new token",
        "one new token, the same request once more, and the task is completed",
        judge_renewal,
        (ConditionRule(match_operations(operation), refuse_tokens(), skip=skip),),
    )
    for name, task, operation, skip in _REFUSED
)
PASSIVE = (
    PassiveJudge(
        "C15", f"the same {_USER} on a repeat", f"no request with {_USER} was repeated", _judge_repeated_users
    ),
)
