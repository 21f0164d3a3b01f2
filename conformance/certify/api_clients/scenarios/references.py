"""References and bodies of writes: as issued, whatever their form, and valid by their schemas (C20)."""

import re
from typing import Any

import msgspec

from conformance.certify.api_clients.conditions import (
    ConditionRule,
    ScenarioContext,
    ScenarioRequest,
    ScenarioResponse,
    change_items,
    match_operations,
)
from conformance.certify.api_clients.definitions import (
    ClientEvidence,
    PassiveJudge,
    PassiveVerdict,
    Scenario,
    build_violation,
)
from conformance.certify.api_clients.tasks import ADD_VEHICLE, LIST_MODELS
from conformance.certify.api_clients.trace import ClientCall, Trace
from conformance.certify.assessments import PASSED, Assessment
from conformance.model import Verdict

_QUERY = "edition=2026%20b:a&view=~1&all"  # a URL is more than the id in it, and no other way to write it
_URL = re.compile(rb'"(https?://[^"\\]+)"')


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
    documented = everything.body_properties.get(call.exchange.request.operation)
    if documented and (unknown := sorted(_read_names(call.body) - documented)):
        return build_violation("its request body has a property that the API does not document", ", ".join(unknown))
    return PASSED


def _read_names(body: bytes) -> frozenset[str]:
    """Return the names of the properties of a JSON object, none where a body is something else."""
    try:
        content = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return frozenset()
    return frozenset(content) if isinstance(content, dict) else frozenset()


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


def _add_query(item: dict[str, Any], _context: ScenarioContext) -> dict[str, Any]:
    return {**item, "url": f"{item['url']}?{_QUERY}"} if "url" in item else item


async def _take_without_query(request: ScenarioRequest, context: ScenarioContext) -> ScenarioResponse:
    """Add the vehicle of a model whose URL has our query."""
    body = request.body.replace(f"?{_QUERY}".encode(), b"")
    response = await context.send_to_mock(msgspec.structs.replace(request, body=body))
    return msgspec.structs.replace(response, is_affected=True)


def _judge_issued_model(trace: Trace) -> Assessment:
    """Require that every vehicle is added with a URL of a model as it was issued."""
    bodies = [call.body for call in trace.api_calls if call.exchange.request.operation == ADD_VEHICLE]
    if wrong := next((body for body in bodies if _QUERY.encode() not in body), b""):
        return build_violation(
            "it does not send the URL of the model that it got", wrong[:200].decode("utf-8", "replace")
        )
    return PASSED if bodies else build_violation("it adds no vehicle", f"the client {trace.process.description}")


SCENARIOS = (
    Scenario(
        "reference-with-a-query",
        "C20",
        "add_vehicle",
        "sends the URLs of models with a query",
        "the URL of a model is sent as it was issued",
        _judge_issued_model,
        (
            ConditionRule(match_operations(LIST_MODELS), change_items(_add_query)),
            ConditionRule(match_operations(ADD_VEHICLE), _take_without_query),
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
