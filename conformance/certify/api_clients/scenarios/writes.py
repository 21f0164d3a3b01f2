"""Scenarios of writes whose response is lost: they may have been done, and are not repeated blindly (C07)."""

import msgspec

from conformance.certify.api_clients.conditions import (
    Action,
    ConditionRule,
    ScenarioContext,
    ScenarioRequest,
    ScenarioResponse,
    build_problem,
    match_operations,
    reset_connection,
)
from conformance.certify.api_clients.definitions import Scenario, build_violation
from conformance.certify.api_clients.tasks import CREATE_USER
from conformance.certify.api_clients.trace import Trace
from conformance.certify.assessments import PASSED, Assessment

_SILENCE_S = 60


def _judge_single_post(trace: Trace) -> Assessment:
    lost = trace.affected_calls[0]
    later = trace.select_calls_after(lost)
    for call in later:
        if call.method == "GET" and call.path.startswith(lost.path):  # where the effect is seen
            return Assessment(PASSED.verdict, "it sends a GET before the next POST")
        if call.method == "POST" and call.path == lost.path:
            return build_violation(
                "it sends the POST again without a GET to check the first one",
                f"after {call.requested_at - lost.responded_at:.1f} s",
            )
    return Assessment(PASSED.verdict, f"one POST; observed for {trace.duration_s - lost.responded_at:.1f} s")


def _respond_after_commit(status: int) -> Action:
    """Return an action that lets the mock server do the request, and sends the problem of a gateway."""

    async def act(request: ScenarioRequest, context: ScenarioContext) -> ScenarioResponse:
        await context.send_to_mock(request)
        return build_problem(status, detail="The upstream server sent no response.")

    return act


async def _fall_silent_after_commit(request: ScenarioRequest, context: ScenarioContext) -> ScenarioResponse:
    """Let the mock server do the request, and send the response late."""
    response = await context.send_to_mock(request)
    await context.wait_for_disconnect(_SILENCE_S * context.scale)
    return msgspec.structs.replace(response, is_affected=True, is_delayed=True)


def _build_scenario(name: str, condition: str, action: Action, time_limit_s: float = 30.0) -> Scenario:
    return Scenario(
        name,
        "C07",
        "create_user",
        f"{condition} after it has created the user",
        "one POST, or a GET before the next",
        _judge_single_post,
        (ConditionRule(match_operations(CREATE_USER), action),),
        time_limit_s=time_limit_s,
    )


SCENARIOS = (
    _build_scenario("post-reset", "resets the connection", reset_connection(is_committed=True)),
    *(
        _build_scenario(f"post-{status}", f"responds with {status}", _respond_after_commit(status))
        for status in (502, 503, 504)
    ),
    _build_scenario(
        "post-silence", f"sends no response for {_SILENCE_S} s", _fall_silent_after_commit, _SILENCE_S + 30
    ),
)
