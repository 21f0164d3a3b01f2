"""Scenarios of compatible changes: additions, nulls and values that a client must accept or return (C14 to C20)."""

import re
import secrets
from typing import Any

import msgspec

from conformance.certify.api_clients.conditions import (
    Answer,
    Asked,
    Here,
    Rule,
    headed,
    mentions,
    on,
    shown,
    unknown_fields,
    unknown_words,
)
from conformance.certify.api_clients.definitions import Everything, Judged, Passive, Scenario, open_question, wrong
from conformance.certify.api_clients.tasks import SESSION, VEHICLE, VEHICLES
from conformance.certify.api_clients.trace import Call, How, Trace
from conformance.certify.api_clients.trace_comparisons import went_on
from conformance.certify.assessments import RIGHT, Found
from conformance.model import Level, Verdict

_VERSION, _USER = "EvEnergy-Version", "EvEnergy-User"
_OTHER_VERSION = "3"
_UNFAMILIAR_ID = "veh-x.93_Ab~"
_URL = re.compile(rb'"(https?://[^"\\]+)"')
_NULLABLE = ("vehicle_class", "latest_status_log")  # documented as nullable


def _judge_version_reaction(trace: Trace) -> Found:
    control = trace.control
    if control is None:
        return open_question("there is no control run to compare with")
    if len(trace.api) < len(control.api):
        return Found(RIGHT.verdict, f"it stops after {len(trace.api)} of {len(control.api)} requests")
    if trace.ran.how is How.ENDED and trace.ran.status != control.ran.status:
        return Found(RIGHT.verdict, f"it {trace.ran.told}")
    if "version" in trace.ran.output.lower() and "version" not in control.ran.output.lower():
        return Found(RIGHT.verdict, "its output mentions the version")
    reaction = "same requests, same exit status, no mention of the version"
    return wrong(f"it accepts a response of version {_OTHER_VERSION}", reaction)


def _judge_versions(everything: Everything) -> tuple[Judged, ...]:
    calls = [call for trace in everything.traces.values() for call in trace.api]
    return tuple(Judged(_judge_version(call), (call.exchange.id,)) for call in calls)


def _judge_version(call: Call) -> Found:
    return RIGHT if call.header(_VERSION) else wrong(f"it sends no {_VERSION}")


def _judge_users(everything: Everything) -> tuple[Judged, ...]:
    calls = [
        (call, trace)
        for trace in everything.traces.values()
        for call in trace.api
        if call.exchange.request.operation in everything.user_needed
    ]
    return tuple(
        Judged(_judge_user(call, trace), (call.exchange.id,)) for call, trace in calls if not everything.public
    )


def _judge_user(call: Call, trace: Trace) -> Found:
    value = call.header(_USER)
    if not value:
        return wrong(f"it sends no {_USER}, which client credentials require")
    if value not in {trace.user, trace.user.rpartition("/")[2]}:
        return wrong(f"its {_USER} is not the user in EVCONFORM_USER", value)
    form = "the user's URL, as the guide says" if "://" in value else "the user's id, as the description says"
    return Found(Verdict.REVIEW, f"it sends {form}: the sources contradict each other, both are accepted", value)


def _set_nulls(item: dict[str, Any], _context: Here) -> dict[str, Any]:
    return {**item, **{name: None for name in _NULLABLE if name in item}}


def _collapse_vehicle(item: dict[str, Any], _context: Here) -> dict[str, Any]:
    vehicle = item.get("vehicle")
    return {**item, "vehicle": vehicle["url"]} if isinstance(vehicle, dict) else item


def _read_vehicle(session: Call) -> Any:
    body = session.exchange.response.body if session.exchange.response else b"{}"
    return msgspec.json.decode(body).get("vehicle")


def _judge_followed_url(trace: Trace) -> Found:
    session = trace.touched[0]
    target = str(_read_vehicle(session)).removeprefix(trace.base_url)
    later = trace.after(session)
    if not any(call.path == target and call.method == "GET" for call in later):
        next_request = f"{later[0].method} {later[0].target}" if later else "no request"
        return wrong("it does not read the vehicle whose URL it got instead of an object", next_request)
    return RIGHT if trace.ran.well else wrong(f"the client {trace.ran.told}")


def _judge_expansions(everything: Everything) -> tuple[Judged, ...]:
    verdicts = []
    for call in (call for trace in everything.traces.values() for call in trace.api):
        documented = everything.expansions.get(call.exchange.request.operation, frozenset())
        for value in re.findall(r"(?:^|&)expand=([^&]*)", call.target.partition("?")[2]):
            path = value.replace("%2E", ".").replace("%2e", ".")
            verdict = RIGHT if path in documented else wrong("it requests an undocumented expansion", path)
            verdicts.append(Judged(verdict, (call.exchange.id,)))
    return tuple(verdicts)


async def _replace_first_id(request: Asked, context: Here) -> Answer | None:
    """Give the first vehicle an id of unfamiliar form, wherever it appears."""
    response = await context.serve(request)
    if response.status != 200:
        return None
    items = msgspec.json.decode(response.body)
    if "unfamiliar id" not in context.memory and items:
        context.memory["unfamiliar id"] = _UNFAMILIAR_ID + secrets.token_hex(3)
        context.memory["original id"] = items[0]["id"]
    unfamiliar, original = context.memory.get("unfamiliar id", ""), context.memory.get("original id", "")
    return response.with_body(response.body.replace(original.encode(), unfamiliar.encode())) if unfamiliar else response


async def _restore_first_id(request: Asked, context: Here) -> Answer | None:
    unfamiliar, original = context.memory.get("unfamiliar id"), context.memory.get("original id")
    if not unfamiliar or not original or unfamiliar not in request.target:
        return None
    target = request.target.replace(unfamiliar, original)
    response = await context.serve(Asked(request.part, request.method, target, VEHICLE, request.headers))
    return response.with_body(response.body.replace(original.encode(), unfamiliar.encode()))


def _judge_returned_id(trace: Trace) -> Found:
    first_page = trace.touched[0].exchange.response
    unfamiliar = msgspec.json.decode(first_page.body)[0]["id"] if first_page else ""
    paths = [call.path for call in trace.after(trace.touched[0]) if call.path.startswith("/vehicles/")]
    expected = f"/vehicles/{unfamiliar}"
    if not paths:
        return open_question("it reads no single vehicle")
    if expected in paths:
        return RIGHT
    similar = next((path for path in paths if path.lower() == expected.lower()), "")
    return wrong("it does not return an id of unfamiliar form unchanged", similar or f"{expected} is never requested")


def _judge_references(everything: Everything) -> tuple[Judged, ...]:
    return tuple(
        Judged(_judge_reference(call, trace, everything), (call.exchange.id,))
        for trace in everything.traces.values()
        for call in trace.api
        if call.exchange.request.operation in everything.references and call.body
    )


def _judge_reference(call: Call, trace: Trace, everything: Everything) -> Found:
    try:
        body = msgspec.json.decode(call.body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return wrong("its request body is not JSON", call.body[:100].decode("utf-8", "replace"))
    names = everything.references[call.exchange.request.operation]
    responses = (earlier.exchange.response for earlier in trace.calls if earlier.at < call.at)
    issued = {trace.user.encode()}
    issued |= {url for response in responses if response for url in _URL.findall(response.body)}
    for name in sorted(names & set(body if isinstance(body, dict) else ())):
        if str(body[name]).encode() not in issued:
            return wrong(f"its `{name}` is not a URL that the API issued", str(body[name]))
    return RIGHT


SCENARIOS = (
    Scenario(
        "another-version",
        "C14",
        "list_vehicles",
        f"sends {_VERSION}: {_OTHER_VERSION}",
        "the client stops, fails or reports the version",
        _judge_version_reaction,
        (Rule(on(VEHICLES), headed(lambda _: {_VERSION: _OTHER_VERSION})),),
        level=Level.SHOULD,
    ),
    Scenario(
        "unknown-fields",
        "C16",
        "list_vehicles",
        "adds fields to every vehicle",
        "the task is completed",
        went_on,
        (Rule(on(VEHICLES), shown(unknown_fields)),),
    ),
    Scenario(
        "unknown-values",
        "C16",
        "list_vehicles",
        "sends undocumented values of enumerations",
        "the task is completed, with every vehicle",
        went_on,
        (Rule(on(VEHICLES), shown(unknown_words)),),
    ),
    Scenario(
        "nulls",
        "C16",
        "list_vehicles",
        "sends null where the description allows it",
        "the task is completed",
        went_on,
        (Rule(on(VEHICLES), shown(_set_nulls)),),
    ),
    Scenario(
        "expanded-as-url",
        "C17",
        "read_session",
        "sends the vehicle of the session as a URL, although its expansion was requested",
        "the URL is read",
        _judge_followed_url,
        (Rule(on(SESSION), shown(_collapse_vehicle)),),
    ),
    Scenario(
        "strange-id",
        "C19",
        "read_vehicles",
        "sends a vehicle with an id of unfamiliar form",
        "the id is returned unchanged",
        _judge_returned_id,
        (Rule(mentions(_UNFAMILIAR_ID), _restore_first_id), Rule(on(VEHICLES), _replace_first_id)),
    ),
)
PASSIVE = (
    Passive("C14", f"{_VERSION} on every request", "the API received no request", _judge_versions),
    Passive(
        "C15", f"{_USER} where it is required", "no request that requires it was received", _judge_users, "add_vehicle"
    ),
    Passive("C18", "documented expansions only", "no request had an expansion", _judge_expansions),
    Passive(
        "C20", "absolute URLs as issued", "no request with a reference was received", _judge_references, "add_vehicle"
    ),
)
