"""Scenarios of data: what a client does not know stays as it is, and times are those of any day (C16)."""

import re
from datetime import UTC, datetime, timedelta
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
)
from conformance.certify.api_clients.definitions import Scenario, build_inconclusive, build_violation
from conformance.certify.api_clients.tasks import (
    CHANGE_VEHICLE,
    LIST_SESSIONS,
    LIST_VEHICLES,
    READ_SESSION,
    READ_VEHICLE,
)
from conformance.certify.api_clients.trace import ClientCall, Trace
from conformance.certify.api_clients.trace_comparisons import compare_with_control
from conformance.certify.assessments import PASSED, Assessment
from conformance.model import Level, Verdict

_CHANGED = "maximum_charge_limit_percentage"
_TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")
_CLOCK_CHANGES = (datetime(2026, 10, 25, 0, 55, tzinfo=UTC), datetime(2026, 3, 29, 0, 55, tzinfo=UTC))
_STEP = timedelta(minutes=10)


def _judge_patch(trace: Trace) -> Assessment:
    """Require a change of the charge limit alone: fields that were read may come back, with their values."""
    patches = [call for call in trace.api_calls if call.exchange.request.operation == CHANGE_VEHICLE]
    if not patches:
        return build_violation("it does not change the vehicle", f"the client {trace.process.description}")
    body, vehicle = _read_json(patches[0].body), _find_vehicle(trace, patches[0])
    if not isinstance(body, dict) or vehicle is None:
        return build_inconclusive("the vehicle that it changes was never shown to it")
    others = {name: value for name, value in body.items() if name != _CHANGED}
    if changed := sorted(name for name, value in others.items() if vehicle.get(name) != value):
        return build_violation("it overwrites fields that it should leave alone", ", ".join(changed))
    if unknown := sorted(name for name in others if name.endswith("_of_tomorrow")):
        message = "it sends unknown fields back as they were: the sources do not say whether that is tolerant"
        return Assessment(Verdict.REVIEW, message, ", ".join(unknown))
    return PASSED


def _read_json(body: bytes) -> Any:
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def _find_vehicle(trace: Trace, patch: ClientCall) -> dict[str, Any] | None:
    """Return the vehicle of a PATCH as it was last shown before."""
    shown = None
    for call in trace.api_calls:
        if call.responded_at <= patch.requested_at and call.exchange.response and call.status == 200:
            data = _read_json(call.exchange.response.body)
            for item in data if isinstance(data, list) else [data]:
                if isinstance(item, dict) and item.get("id") == patch.path.rpartition("/")[2]:
                    shown = item
    return shown


def _move_to_clock_change(item: dict[str, Any], context: ScenarioContext) -> dict[str, Any]:
    """Move the times of an item, in their order, around the moment at which clocks in Europe are changed."""
    numbers: dict[str, int] = context.memory.setdefault("moved", {})
    number = numbers.setdefault(str(item.get("id")), len(numbers))
    times = sorted({value for value in item.values() if isinstance(value, str) and _TIMESTAMP.match(value)})
    start = _CLOCK_CHANGES[number % len(_CLOCK_CHANGES)]
    moved = {
        time: (start + position * _STEP).strftime("%Y-%m-%dT%H:%M:%S") + _TIMESTAMP.sub("", time, count=1)
        for position, time in enumerate(times)
    }
    return {name: moved.get(value, value) if isinstance(value, str) else value for name, value in item.items()}


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


SCENARIOS = (
    Scenario(
        "unknown-fields-in-a-change",
        "C16",
        "change_vehicle",
        "adds fields to every vehicle",
        "the change names no field that the client does not change",
        _judge_patch,
        (ConditionRule(match_operations(LIST_VEHICLES, READ_VEHICLE), change_items(add_unknown_fields)),),
    ),
    Scenario(
        "clock-changes",
        "C16",
        "read_session",
        "sends times around the change of clocks, on a machine in London",
        "the task is completed",
        compare_with_control,
        (ConditionRule(match_operations(LIST_SESSIONS, READ_SESSION), change_items(_move_to_clock_change)),),
        environment=(("TZ", "Europe/London"),),
    ),
    Scenario(
        "field-withdrawn",
        "C16",
        "list_vehicles",
        "leaves an optional field out, with Deprecation and Sunset",
        "the task is completed",
        compare_with_control,
        (ConditionRule(match_operations(LIST_VEHICLES), _withdraw_field),),
        level=Level.SHOULD,
    ),
)
