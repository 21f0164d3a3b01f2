"""Scenarios of compatible changes: additions, nulls and values that a client must accept (C14 to C18)."""

import re
from collections.abc import Collection
from typing import Any
from urllib.parse import parse_qsl

import msgspec

from conformance.certify.api_clients.conditions import (
    ConditionRule,
    ScenarioContext,
    ScenarioRequest,
    ScenarioResponse,
    add_headers,
    add_unknown_fields,
    change_items,
    match_operations,
    match_target_text,
    set_unknown_enum_values,
)
from conformance.certify.api_clients.definitions import (
    ClientEvidence,
    PassiveJudge,
    PassiveVerdict,
    Scenario,
    build_inconclusive,
    build_violation,
)
from conformance.certify.api_clients.tasks import LIST_VEHICLES, READ_SESSION
from conformance.certify.api_clients.trace import ClientCall, ProcessEnd, Trace
from conformance.certify.api_clients.trace_comparisons import compare_with_control
from conformance.certify.assessments import PASSED, Assessment
from conformance.model import Level, Verdict

_VERSION, _USER = "EvEnergy-Version", "EvEnergy-User"
_QUERY = "revision=3"  # a URL is more than the id in it
_OTHER_VERSION = "22"  # begins and ends as the version does, and contains it
_EXPANDING = re.compile(r"\W*(expand|include|embed)", re.IGNORECASE)  # as frameworks of other APIs name it
_NULLABLE = ("vehicle_class", "latest_status_log")  # documented as nullable


def _judge_version_reaction(trace: Trace) -> Assessment:
    control = trace.control
    if control is None:
        return build_inconclusive("there is no control run to compare with")
    if len(trace.api_calls) < len(control.api_calls):
        return Assessment(PASSED.verdict, f"it stops after {len(trace.api_calls)} of {len(control.api_calls)} requests")
    if trace.process.end is ProcessEnd.ENDED and trace.process.exit_status != control.process.exit_status:
        return Assessment(PASSED.verdict, f"it {trace.process.description}")
    if "version" in trace.process.output.lower() and "version" not in control.process.output.lower():
        return Assessment(PASSED.verdict, "its output mentions the version")
    reaction = "same requests, same exit status, no mention of the version"
    return build_violation(f"it accepts a response of version {_OTHER_VERSION}", reaction)


def _judge_versions(everything: ClientEvidence) -> tuple[PassiveVerdict, ...]:
    calls = [call for trace in everything.traces.values() for call in trace.api_calls]
    return tuple(PassiveVerdict(_judge_version(call), (call.exchange.id,)) for call in calls)


def _judge_version(call: ClientCall) -> Assessment:
    return PASSED if call.request_header(_VERSION) else build_violation(f"it sends no {_VERSION}")


def _judge_users(everything: ClientEvidence) -> tuple[PassiveVerdict, ...]:
    calls = [
        (call, trace)
        for trace in everything.traces.values()
        for call in trace.api_calls
        if call.exchange.request.operation in everything.user_header_operations
    ]
    return tuple(
        PassiveVerdict(_judge_user(call, trace), (call.exchange.id,))
        for call, trace in calls
        if not everything.is_public
    )


def _judge_user(call: ClientCall, trace: Trace) -> Assessment:
    value = call.request_header(_USER)
    if not value:
        return build_violation(f"it sends no {_USER}, which client credentials require")
    if value not in {trace.user, trace.user.rpartition("/")[2]}:
        return build_violation(f"its {_USER} is not the user in EVCONFORM_USER", value)
    form = "the user's URL, as the guide says" if "://" in value else "the user's id, as the description says"
    return Assessment(Verdict.REVIEW, f"it sends {form}: the sources contradict each other, both are accepted", value)


def _set_nulls(item: dict[str, Any], _context: ScenarioContext) -> dict[str, Any]:
    return {**item, **{name: None for name in _NULLABLE if name in item}}


def _collapse_vehicle(item: dict[str, Any], _context: ScenarioContext) -> dict[str, Any]:
    vehicle = item.get("vehicle")
    return {**item, "vehicle": f"{vehicle['url']}?{_QUERY}"} if isinstance(vehicle, dict) else item


async def _read_without_query(request: ScenarioRequest, context: ScenarioContext) -> ScenarioResponse:
    """Send the vehicle that a URL with our query leads to."""
    return await context.send_to_mock(msgspec.structs.replace(request, target=request.target.partition("?")[0]))


def _read_vehicle(session: ClientCall) -> Any:
    body = session.exchange.response.body if session.exchange.response else b"{}"
    return msgspec.json.decode(body).get("vehicle")


def _leads_to(call: ClientCall, target: str) -> bool:
    """Return whether a call reads a target; a client may add parameters to it."""
    path, _, query = target.partition("?")
    sent = call.target.partition("?")[2].split("&")
    return call.method == "GET" and call.path == path and all(field in sent for field in query.split("&") if field)


def _judge_followed_url(trace: Trace) -> Assessment:
    session = trace.affected_calls[0]
    target = str(_read_vehicle(session)).removeprefix(trace.base_url)
    later = trace.select_calls_after(session)
    if not any(_leads_to(call, target) for call in later):
        next_request = f"{later[0].method} {later[0].target}" if later else "no request"
        return build_violation("it does not read the vehicle whose URL it got instead of an object", next_request)
    return PASSED if trace.process.is_successful else build_violation(f"the client {trace.process.description}")


def _judge_expansions(everything: ClientEvidence) -> tuple[PassiveVerdict, ...]:
    verdicts = []
    for call in (call for trace in everything.traces.values() for call in trace.api_calls):
        documented = everything.expansions.get(call.exchange.request.operation, frozenset())
        for name, path in parse_qsl(call.target.partition("?")[2], keep_blank_values=True):
            if _EXPANDING.match(name):
                verdicts.append(PassiveVerdict(_judge_expansion(name, path, documented), (call.exchange.id,)))
    return tuple(verdicts)


def _judge_expansion(name: str, path: str, documented: Collection[str]) -> Assessment:
    if name != "expand":
        return build_violation("it expands with a parameter that is not documented", f"{name}={path}")
    return PASSED if path in documented else build_violation("it requests an undocumented expansion", path)


SCENARIOS = (
    Scenario(
        "another-version",
        "C14",
        "list_vehicles",
        f"sends {_VERSION}: {_OTHER_VERSION} from the second page on",
        "the client stops, fails or reports the version",
        _judge_version_reaction,
        (ConditionRule(match_operations(LIST_VEHICLES), add_headers(lambda _: {_VERSION: _OTHER_VERSION}), skip=1),),
        level=Level.SHOULD,
    ),
    Scenario(
        "unknown-fields",
        "C16",
        "list_vehicles",
        "adds fields to every vehicle",
        "the task is completed",
        compare_with_control,
        (ConditionRule(match_operations(LIST_VEHICLES), change_items(add_unknown_fields)),),
    ),
    Scenario(
        "unknown-values",
        "C16",
        "list_vehicles",
        "sends undocumented values of enumerations",
        "the task is completed, with every vehicle",
        compare_with_control,
        (ConditionRule(match_operations(LIST_VEHICLES), change_items(set_unknown_enum_values)),),
    ),
    Scenario(
        "nulls",
        "C16",
        "list_vehicles",
        "sends null where the description allows it",
        "the task is completed",
        compare_with_control,
        (ConditionRule(match_operations(LIST_VEHICLES), change_items(_set_nulls)),),
    ),
    Scenario(
        "expanded-as-url",
        "C17",
        "read_session",
        "sends the vehicle of the session as a URL, although its expansion was requested",
        "the URL is read",
        _judge_followed_url,
        (
            ConditionRule(match_operations(READ_SESSION), change_items(_collapse_vehicle)),
            ConditionRule(match_target_text(_QUERY), _read_without_query),
        ),
    ),
)
PASSIVE = (
    PassiveJudge("C14", f"{_VERSION} on every request", "the API received no request", _judge_versions),
    PassiveJudge(
        "C15", f"{_USER} where it is required", "no request that requires it was received", _judge_users, "add_vehicle"
    ),
    PassiveJudge("C18", "documented expansions only", "no request had an expansion", _judge_expansions),
)
