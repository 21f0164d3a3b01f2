"""What the API may add, leave out or write otherwise, and what a client must hand back as it got it (C14 to C20)."""

import re
import secrets
from typing import Any

import msgspec

from conformance.certify.api_clients.comparing import went_on
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
from conformance.certify.api_clients.scenario import Everything, Judged, Passive, Scenario, open_question, wrong
from conformance.certify.api_clients.tasks import SESSION, VEHICLE, VEHICLES
from conformance.certify.api_clients.trace import Call, How, Trace
from conformance.certify.found import RIGHT, Found
from conformance.model import Level, Verdict

_VERSION, _USER = "EvEnergy-Version", "EvEnergy-User"
_OTHER_VERSION = "3"
_STRANGE = "veh-x.93_Ab~"
_URL = re.compile(rb'"(https?://[^"\\]+)"')
_NULLABLE = ("vehicle_class", "latest_status_log")  # null is documented for both


def _notices(trace: Trace) -> Found:
    control = trace.control
    if control is None:
        return open_question("there is no run without the condition to compare with")
    if len(trace.api) < len(control.api):
        return Found(RIGHT.verdict, f"it stops after {len(trace.api)} of {len(control.api)} requests")
    if trace.ran.how is How.ENDED and trace.ran.status != control.ran.status:
        return Found(RIGHT.verdict, f"it {trace.ran.told}")
    if "version" in trace.ran.output.lower() and "version" not in control.ran.output.lower():
        return Found(RIGHT.verdict, "it says so")
    told = "same requests, same exit status, and no word on it"
    return wrong(f"it takes an answer of version {_OTHER_VERSION} for one of its own", told)


def _versions(everything: Everything) -> tuple[Judged, ...]:
    calls = [call for trace in everything.traces.values() for call in trace.api]
    return tuple(Judged(_version(call), (call.exchange.id,)) for call in calls)


def _version(call: Call) -> Found:
    return RIGHT if call.header(_VERSION) else wrong(f"it sends no {_VERSION}")


def _users(everything: Everything) -> tuple[Judged, ...]:
    calls = [
        (call, trace)
        for trace in everything.traces.values()
        for call in trace.api
        if call.exchange.request.operation in everything.user_needed
    ]
    return tuple(Judged(_user(call, trace), (call.exchange.id,)) for call, trace in calls if not everything.public)


def _user(call: Call, trace: Trace) -> Found:
    value = call.header(_USER)
    if not value:
        return wrong(f"it sends no {_USER} where client credentials need it")
    if value not in {trace.user, trace.user.rpartition("/")[2]}:
        return wrong(f"its {_USER} is not the user that it was told of", value)
    form = "the user's URL, as the guide says" if "://" in value else "the user's id, as the description says"
    return Found(Verdict.REVIEW, f"it sends {form}: the sources contradict each other, and both are accepted", value)


def _nulled(item: dict[str, Any], _here: Here) -> dict[str, Any]:
    return {**item, **{name: None for name in _NULLABLE if name in item}}


def _as_url(item: dict[str, Any], _here: Here) -> dict[str, Any]:
    vehicle = item.get("vehicle")
    return {**item, "vehicle": vehicle["url"]} if isinstance(vehicle, dict) else item


def _vehicle_of(session: Call) -> Any:
    body = session.exchange.response.body if session.exchange.response else b"{}"
    return msgspec.json.decode(body).get("vehicle")


def _follows_url(trace: Trace) -> Found:
    session = trace.touched[0]
    url = _vehicle_of(session)
    target = str(url).removeprefix(trace.base_url)
    if not any(each.path == target and each.method == "GET" for each in trace.after(session)):
        asked = trace.after(session)
        told = f"{asked[0].method} {asked[0].target}" if asked else "nothing came"
        return wrong("it does not read the vehicle whose URL stands where it expected an object", told)
    return RIGHT if trace.ran.well else wrong(f"the client {trace.ran.told}")


def _expansions(everything: Everything) -> tuple[Judged, ...]:
    found = []
    for call in (each for trace in everything.traces.values() for each in trace.api):
        known = everything.expansions.get(call.exchange.request.operation, frozenset())
        for value in re.findall(r"(?:^|&)expand=([^&]*)", call.target.partition("?")[2]):
            path = value.replace("%2E", ".").replace("%2e", ".")
            documented = RIGHT if path in known else wrong("it asks for an expansion that is not documented", path)
            found.append(Judged(documented, (call.exchange.id,)))
    return tuple(found)


async def _strange_ids(asked: Asked, here: Here) -> Answer | None:
    """The first vehicle has an id of a form that nobody has seen, everywhere."""
    served = await here.serve(asked)
    if served.status != 200:
        return None
    items = msgspec.json.decode(served.body)
    if "strange" not in here.memory and items:
        here.memory["strange"] = _STRANGE + secrets.token_hex(3)
        here.memory["real"] = items[0]["id"]
    strange, real = here.memory.get("strange", ""), here.memory.get("real", "")
    return served.with_body(served.body.replace(real.encode(), strange.encode())) if strange else served


async def _real_ids(asked: Asked, here: Here) -> Answer | None:
    strange, real = here.memory.get("strange"), here.memory.get("real")
    if not strange or not real or strange not in asked.target:
        return None
    target = asked.target.replace(strange, real)
    served = await here.serve(Asked(asked.part, asked.method, target, VEHICLE, asked.headers))
    return served.with_body(served.body.replace(real.encode(), strange.encode()))


def _echoes(trace: Trace) -> Found:
    shown_first = trace.touched[0].exchange.response
    strange = msgspec.json.decode(shown_first.body)[0]["id"] if shown_first else ""
    later = [each for each in trace.after(trace.touched[0]) if each.path.startswith("/vehicles/")]
    if not later:
        return open_question("it reads no single vehicle")
    if any(each.path == f"/vehicles/{strange}" for each in later):
        return RIGHT
    near = next((each.path for each in later if each.path.lower() == f"/vehicles/{strange}".lower()), "")
    return wrong("it does not hand back an id of unfamiliar form as it got it", near or f"{strange} is never asked for")


def _references(everything: Everything) -> tuple[Judged, ...]:
    return tuple(
        Judged(_referred(call, trace, everything), (call.exchange.id,))
        for trace in everything.traces.values()
        for call in trace.api
        if call.exchange.request.operation in everything.references and call.body
    )


def _referred(call: Call, trace: Trace, everything: Everything) -> Found:
    try:
        body = msgspec.json.decode(call.body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return wrong("its body is no JSON", call.body[:100].decode("utf-8", "replace"))
    names = everything.references[call.exchange.request.operation]
    earlier = [each for each in trace.calls if each.at < call.at and each.exchange.response]
    issued = {trace.user.encode()}
    issued |= {
        url for each in earlier for url in _URL.findall(each.exchange.response.body if each.exchange.response else b"")
    }
    for name in sorted(names & set(body if isinstance(body, dict) else ())):
        if str(body[name]).encode() not in issued:
            return wrong(f"its `{name}` is not a URL as the API issued it", str(body[name]))
    return RIGHT


SCENARIOS = (
    Scenario(
        "another-version",
        "C14",
        "list_vehicles",
        f"answers with {_VERSION}: {_OTHER_VERSION}",
        "it stops, fails, or says so",
        _notices,
        (Rule(on(VEHICLES), headed(lambda _: {_VERSION: _OTHER_VERSION})),),
        level=Level.SHOULD,
    ),
    Scenario(
        "unknown-fields",
        "C16",
        "list_vehicles",
        "adds fields to every vehicle",
        "the task goes on",
        went_on,
        (Rule(on(VEHICLES), shown(unknown_fields)),),
    ),
    Scenario(
        "unknown-values",
        "C16",
        "list_vehicles",
        "gives enumerations values that nobody has heard of",
        "the task goes on, with every vehicle",
        went_on,
        (Rule(on(VEHICLES), shown(unknown_words)),),
    ),
    Scenario(
        "nulls",
        "C16",
        "list_vehicles",
        "gives null where the description allows it",
        "the task goes on",
        went_on,
        (Rule(on(VEHICLES), shown(_nulled)),),
    ),
    Scenario(
        "expanded-as-url",
        "C17",
        "read_session",
        "shows the vehicle of the session as a URL, though an expansion was asked for",
        "the URL is read",
        _follows_url,
        (Rule(on(SESSION), shown(_as_url)),),
    ),
    Scenario(
        "strange-id",
        "C19",
        "read_vehicles",
        "gives a vehicle an id of unfamiliar form",
        "it comes back exactly",
        _echoes,
        (Rule(mentions(_STRANGE), _real_ids), Rule(on(VEHICLES), _strange_ids)),
    ),
)
PASSIVE = (
    Passive("C14", f"{_VERSION} on every request", "no request to the API came", _versions),
    Passive("C15", f"{_USER} where it is needed", "no request that needs it came", _users, "add_vehicle"),
    Passive("C18", "documented expansions alone", "no request named an expansion", _expansions),
    Passive("C20", "absolute URLs as issued", "no request with a reference came", _references, "add_vehicle"),
)
