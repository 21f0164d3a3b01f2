"""Scenarios of data: what a client does not know stays as it is, and times are those of any day (C16)."""

from typing import Any

import msgspec

from conformance.certify.api_clients.conditions import (
    ConditionRule,
    ScenarioContext,
    ScenarioRequest,
    ScenarioResponse,
    add_unknown_fields,
    change_items,
    match_operations,
    match_part,
    set_unknown_enum_values,
)
from conformance.certify.api_clients.definitions import (
    ClientEvidence,
    PassiveJudge,
    PassiveVerdict,
    Scenario,
    build_violation,
)
from conformance.certify.api_clients.tasks import (
    ADD_VEHICLE,
    CHANGE_VEHICLE,
    CREATE_USER,
    LIST_MODELS,
    LIST_SESSIONS,
    LIST_VEHICLES,
    READ_SESSION,
    READ_VEHICLE,
)
from conformance.certify.api_clients.trace import ClientCall, ServerPart, Trace
from conformance.certify.api_clients.trace_comparisons import compare_with_control
from conformance.certify.assessments import PASSED, Assessment
from conformance.model import Level

_CHANGED = "maximum_charge_limit_percentage"


def _judge_change(trace: Trace) -> Assessment:
    patches = [call for call in trace.api_calls if call.exchange.request.operation == CHANGE_VEHICLE]
    if not patches:
        return build_violation("it does not change the vehicle", f"the client {trace.process.description}")
    wrong = next((verdict for patch in patches if (verdict := _judge_patch(patch)) is not PASSED), None)
    return wrong or compare_with_control(trace)


def _judge_patch(patch: ClientCall) -> Assessment:
    """Require a change of the charge limit alone: a field that comes back as it was read undoes a later change."""
    try:
        body = msgspec.json.decode(patch.body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return PASSED  # which C20 judges
    others = sorted(set(body) - {_CHANGED}) if isinstance(body, dict) else []
    if not others:
        return PASSED
    return build_violation(f"it sends fields beside {_CHANGED}, which overwrites them", ", ".join(others))


def _judge_changes(everything: ClientEvidence) -> tuple[PassiveVerdict, ...]:
    return tuple(
        PassiveVerdict(_judge_patch(call), (call.exchange.id,))
        for trace in everything.traces.values()
        for call in trace.api_calls
        if call.exchange.request.operation == CHANGE_VEHICLE
    )


async def _add_token_fields(request: ScenarioRequest, context: ScenarioContext) -> ScenarioResponse:
    """Add members to a token response, which a client must ignore, and write its type in another case.

    (RFC 6749, section 5.1.)
    """
    response = await context.send_to_mock(request)
    if response.status != 200:
        return response
    issued = {**msgspec.json.decode(response.body), "token_type": "bearer"}
    return response.with_body(msgspec.json.encode(add_unknown_fields(issued, context)))


def _make_unfamiliar(item: dict[str, Any], context: ScenarioContext) -> dict[str, Any]:
    return add_unknown_fields(set_unknown_enum_values(item, context), context)


async def _withdraw_field(request: ScenarioRequest, context: ScenarioContext) -> ScenarioResponse | None:
    """Leave an optional field out, as announced by Deprecation (RFC 9745) and Sunset (RFC 8594)."""
    response = await context.send_to_mock(request)
    if response.status != 200:
        return response
    data = msgspec.json.decode(response.body)
    for item in data if isinstance(data, list) else [data]:
        item.pop("trim", None)
    announced = (("Deprecation", "@1767225600"), ("Sunset", "Thu, 31 Dec 2026 23:59:59 GMT"))
    return response.with_body(msgspec.json.encode(data)).with_header(*announced)


async def _withdraw_life(request: ScenarioRequest, context: ScenarioContext) -> ScenarioResponse:
    """Leave `expires_in` out of a token response, which is only recommended (RFC 6749, section 5.1)."""
    response = await context.send_to_mock(request)
    if response.status != 200:
        return response
    issued = msgspec.json.decode(response.body)
    issued.pop("expires_in", None)
    return response.with_body(msgspec.json.encode(issued))


SCENARIOS = (
    Scenario(
        "unknown-fields-in-a-change",
        "C16",
        "change_vehicle",
        "adds fields to every vehicle, and sends undocumented values of enumerations with the changed one",
        "the change names no field that the client does not change, and the task is completed",
        _judge_change,
        (
            ConditionRule(match_operations(LIST_VEHICLES, READ_VEHICLE), change_items(add_unknown_fields)),
            ConditionRule(match_operations(CHANGE_VEHICLE), change_items(_make_unfamiliar)),
        ),
    ),
    *(
        Scenario(
            f"unknown-fields-of-{name}",
            "C16",
            task,
            f"adds fields to {what} and to the token response",
            "the task is completed",
            compare_with_control,
            (
                ConditionRule(match_operations(*operations), change_items(add_unknown_fields)),
                ConditionRule(match_part(ServerPart.TOKEN), _add_token_fields),
            ),
        )
        for name, task, what, operations in (
            ("a-session", "read_session", "sessions", (LIST_SESSIONS, READ_SESSION)),
            ("a-new-vehicle", "add_vehicle", "models and the new vehicle", (LIST_MODELS, ADD_VEHICLE)),
            ("a-new-user", "create_user", "the new user", (CREATE_USER,)),
        )
    ),
    Scenario(
        "field-withdrawn",
        "C16",
        "list_vehicles",
        "leaves an optional field out, with Deprecation and Sunset, and the life out of the token response",
        "the task is completed",
        compare_with_control,
        (
            ConditionRule(match_operations(LIST_VEHICLES), _withdraw_field),
            ConditionRule(match_part(ServerPart.TOKEN), _withdraw_life),
        ),
        level=Level.SHOULD,
    ),
)
PASSIVE = (
    PassiveJudge("C16", f"{_CHANGED} alone in a change", "no change was received", _judge_changes, "change_vehicle"),
)
