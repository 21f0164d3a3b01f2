"""Scenarios of ids, references and bodies: returned as issued, and valid by their schemas (C19, C20)."""

import re
import secrets

import msgspec

from conformance.certify.api_clients.conditions import (
    ConditionRule,
    ScenarioContext,
    ScenarioRequest,
    ScenarioResponse,
    match_operations,
    match_target_text,
)
from conformance.certify.api_clients.definitions import (
    ClientEvidence,
    PassiveJudge,
    PassiveVerdict,
    Scenario,
    build_violation,
)
from conformance.certify.api_clients.tasks import LIST_VEHICLES, READ_VEHICLE
from conformance.certify.api_clients.trace import ClientCall, Trace
from conformance.certify.assessments import PASSED, Assessment
from conformance.model import Verdict

_UNFAMILIAR_ID = "veh-x.93_Ab~"
_URL = re.compile(rb'"(https?://[^"\\]+)"')


async def _replace_first_id(request: ScenarioRequest, context: ScenarioContext) -> ScenarioResponse | None:
    """Give the first vehicle an id of unfamiliar form, wherever it appears."""
    response = await context.send_to_mock(request)
    if response.status != 200:
        return None
    items = msgspec.json.decode(response.body)
    if "unfamiliar id" not in context.memory and items:
        context.memory["unfamiliar id"] = _UNFAMILIAR_ID + secrets.token_hex(3)
        context.memory["original id"] = items[0]["id"]
    unfamiliar, original = context.memory.get("unfamiliar id", ""), context.memory.get("original id", "")
    return response.with_body(response.body.replace(original.encode(), unfamiliar.encode())) if unfamiliar else response


async def _restore_first_id(request: ScenarioRequest, context: ScenarioContext) -> ScenarioResponse | None:
    unfamiliar, original = context.memory.get("unfamiliar id"), context.memory.get("original id")
    if not unfamiliar or not original or unfamiliar not in request.target:
        return None
    target = request.target.replace(unfamiliar, original)
    response = await context.send_to_mock(
        ScenarioRequest(request.part, request.method, target, READ_VEHICLE, request.headers)
    )
    return response.with_body(response.body.replace(original.encode(), unfamiliar.encode()))


def _judge_returned_id(trace: Trace) -> Assessment:
    first_page = trace.affected_calls[0].exchange.response
    unfamiliar = msgspec.json.decode(first_page.body)[0]["id"] if first_page else ""
    paths = [
        call.path for call in trace.select_calls_after(trace.affected_calls[0]) if call.path.startswith("/vehicles/")
    ]
    expected = f"/vehicles/{unfamiliar}"
    if not paths:
        return build_violation(
            "it reads no vehicle where one has an id of unfamiliar form", f"the client {trace.process.description}"
        )
    if expected in paths:
        return PASSED
    similar = next((path for path in paths if path.lower() == expected.lower()), "")
    return build_violation(
        "it does not return an id of unfamiliar form unchanged", similar or f"{expected} is never requested"
    )


def _judge_bodies(everything: ClientEvidence) -> tuple[PassiveVerdict, ...]:
    return tuple(
        PassiveVerdict(_judge_body(call, trace, everything), (call.exchange.id,))
        for trace in everything.traces.values()
        for call in trace.api_calls
        if call.body and call.method != "GET"
    )


def _judge_body(call: ClientCall, trace: Trace, everything: ClientEvidence) -> Assessment:
    if call.exchange.request.operation in everything.url_properties:
        verdict = _judge_reference(call, trace, everything)
        if verdict.verdict is not Verdict.PASS:
            return verdict
    if error := everything.find_body_error(call.exchange.request):
        return build_violation("its request body is not valid by its schema", error)
    return PASSED


def _judge_reference(call: ClientCall, trace: Trace, everything: ClientEvidence) -> Assessment:
    try:
        body = msgspec.json.decode(call.body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return build_violation("its request body is not JSON", call.body[:100].decode("utf-8", "replace"))
    names = everything.url_properties[call.exchange.request.operation]
    responses = (earlier.exchange.response for earlier in trace.calls if earlier.requested_at < call.requested_at)
    issued = {trace.user.encode()}
    issued |= {url for response in responses if response for url in _URL.findall(response.body)}
    for name in sorted(names & set(body if isinstance(body, dict) else ())):
        if str(body[name]).encode() not in issued:
            return build_violation(f"its `{name}` is not a URL that the API issued", str(body[name]))
    return PASSED


SCENARIOS = (
    Scenario(
        "strange-id",
        "C19",
        "read_vehicles",
        "sends a vehicle with an id of unfamiliar form",
        "the id is returned unchanged",
        _judge_returned_id,
        (
            ConditionRule(match_target_text(_UNFAMILIAR_ID), _restore_first_id),
            ConditionRule(match_operations(LIST_VEHICLES), _replace_first_id),
        ),
    ),
)
PASSIVE = (
    PassiveJudge(
        "C20",
        "absolute URLs as issued, in a body that its schema allows",
        "no request with a body was received",
        _judge_bodies,
        "add_vehicle",
    ),
)
