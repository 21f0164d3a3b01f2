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
from conformance.certify.api_clients.tasks import ADD_VEHICLE, CREATE_USER
from conformance.certify.api_clients.trace import Trace
from conformance.certify.api_clients.trace_comparisons import describe_observation
from conformance.certify.assessments import PASSED, Assessment

_SILENCE_S = 60


def _judge_single_post(trace: Trace) -> Assessment:
    """Require one POST: it took effect, so a client that looks for its effect finds it, and posts nothing again.

    Requests are compared by when they arrive: a client that gave up waiting goes on before the server notices.
    """
    lost = trace.affected_calls[0]
    later = [call for call in trace.api_calls if call.requested_at > lost.requested_at]
    repeat = next((call for call in later if call.method == "POST" and call.path == lost.path), None)
    until = repeat.requested_at if repeat else trace.duration_s
    reads = [call for call in later if call.method == "GET" and call.requested_at <= until]
    looked = f"it looks with GET {reads[0].target}" if reads else "it looks with no GET"
    if repeat is None:
        return Assessment(PASSED.verdict, f"one POST; {looked}; {describe_observation(trace, lost)}")
    message = (
        "it sends the POST again after a GET that does not find what the first one created"
        if reads
        else "it sends the POST again without a GET to check the first one"
    )
    return build_violation(message, f"{looked}; again after {max(0.0, until - lost.responded_at):.1f} s")


def _respond_after_commit(status: int) -> Action:
    """Return an action that lets the mock server do the request, and sends the problem of a gateway."""

    async def act(request: ScenarioRequest, context: ScenarioContext) -> ScenarioResponse:
        await context.send_to_mock(request)
        return build_problem(status, detail="The upstream server sent no response.")

    return act


async def _break_off_after_commit(request: ScenarioRequest, context: ScenarioContext) -> ScenarioResponse:
    """Let the mock server do the request, and close the connection after half of the body of its response."""
    return msgspec.structs.replace(await context.send_to_mock(request), is_cut=True, is_affected=True)


async def _fall_silent_after_commit(request: ScenarioRequest, context: ScenarioContext) -> ScenarioResponse:
    """Let the mock server do the request, and send the response late."""
    response = await context.send_to_mock(request)
    await context.wait_for_disconnect(_SILENCE_S * context.scale)
    return msgspec.structs.replace(response, is_affected=True, is_delayed=True)


class _LostWrite(msgspec.Struct, frozen=True):
    """A write whose response is lost: the beginning of its scenarios' names, its task, operation and effect."""

    prefix: str
    task: str
    operation: str
    effect: str


_USER = _LostWrite("post", "create_user", CREATE_USER, "created the user")
_VEHICLE = _LostWrite("vehicle-post", "add_vehicle", ADD_VEHICLE, "added the vehicle")


def _build_scenario(
    write: _LostWrite, name: str, condition: str, action: Action, time_limit_s: float = 30.0
) -> Scenario:
    return Scenario(
        f"{write.prefix}-{name}",
        "C07",
        write.task,
        f"{condition} after it has {write.effect}",
        "one POST; a GET finds what it did",
        _judge_single_post,
        (ConditionRule(match_operations(write.operation), action),),
        time_limit_s=time_limit_s,
    )


SCENARIOS = tuple(
    scenario
    for write in (_USER, _VEHICLE)
    for scenario in (
        _build_scenario(write, "reset", "resets the connection", reset_connection(is_committed=True)),
        _build_scenario(write, "cut", "closes the connection within the response", _break_off_after_commit),
        *(
            _build_scenario(write, f"{status}", f"responds with {status}", _respond_after_commit(status))
            for status in (500, 502, 503, 504)
        ),
        _build_scenario(
            write, "silence", f"sends no response for {_SILENCE_S} s", _fall_silent_after_commit, _SILENCE_S + 30
        ),
    )
)
