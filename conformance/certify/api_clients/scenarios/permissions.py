"""Scenarios of permissions: a new token for the same scopes is forbidden the same (C09)."""

from conformance.certify.api_clients.conditions import (
    ConditionRule,
    ScenarioContext,
    ScenarioRequest,
    ScenarioResponse,
    build_problem,
    match_operations,
    respond_with,
)
from conformance.certify.api_clients.definitions import Scenario, build_violation
from conformance.certify.api_clients.tasks import (
    ADD_VEHICLE,
    CHANGE_VEHICLE,
    LIST_VEHICLES,
    PARALLEL_READS,
    READ_SESSION,
    READ_VEHICLE,
)
from conformance.certify.api_clients.trace import ServerPart, Trace
from conformance.certify.api_clients.trace_comparisons import describe_observation, list_repeats
from conformance.certify.assessments import PASSED, Assessment


def _judge_forbidden(trace: Trace) -> Assessment:
    """Judge what follows a 403: a new token with the same scopes is forbidden the same (RFC 6750, section 3.1)."""
    first = trace.affected_calls[0]
    renewals = trace.select_calls_after(first, ServerPart.TOKEN)
    keeps_token = trace.control is not None and len(trace.control.select_calls(ServerPart.TOKEN)) == 1
    if renewals and (keeps_token or list_repeats(trace, first)):
        return build_violation("it requests a new token after a 403", f"{len(renewals)} token requests")
    if repeats := list_repeats(trace, first):
        return build_violation("it repeats the request after a 403", f"repeated {len(repeats)} times")
    return Assessment(PASSED.verdict, f"no new token; {describe_observation(trace, first)}")


async def _forbid_first_target(request: ScenarioRequest, context: ScenarioContext) -> ScenarioResponse | None:
    """Refuse the first vehicle that is read, as often as it is read, and no other one."""
    if request.target != context.memory.setdefault("forbidden", request.target):
        return None
    return build_problem(403, "permission-denied")


SCENARIOS = (
    Scenario(
        "forbidden",
        "C09",
        "list_vehicles",
        "responds to the second page with 403",
        "no new token, and no repeated request",
        _judge_forbidden,
        (
            ConditionRule(
                match_operations(LIST_VEHICLES), respond_with(build_problem(403, "permission-denied")), skip=1
            ),
        ),
    ),
    *(
        Scenario(
            f"forbidden-{name}",
            "C09",
            task,
            f"responds to {operation} with 403",
            "no new token, and no repeated request",
            _judge_forbidden,
            (ConditionRule(match_operations(operation), respond_with(build_problem(403, "permission-denied"))),),
        )
        for name, task, operation in (
            ("change", "change_vehicle", CHANGE_VEHICLE),
            ("creation", "add_vehicle", ADD_VEHICLE),
            ("item", "read_session", READ_SESSION),
        )
    ),
    Scenario(
        "forbidden-one-of-many",
        "C09",
        "read_at_once",
        f"responds to one of {PARALLEL_READS} requests with 403",
        "no new token, and no repeated request",
        _judge_forbidden,
        (ConditionRule(match_operations(READ_VEHICLE), _forbid_first_target),),
    ),
)
