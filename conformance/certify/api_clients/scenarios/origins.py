"""Scenarios of origins: the token stays with the API, and no query holds a secret (C25)."""

from collections.abc import Callable
from typing import Any

from conformance.certify.api_clients.conditions import (
    Action,
    ConditionRule,
    OtherOrigin,
    ScenarioContext,
    ScenarioRequest,
    ScenarioResponse,
    change_items,
    change_link_header,
    match_operations,
    match_part,
)
from conformance.certify.api_clients.definitions import (
    ClientEvidence,
    PassiveJudge,
    PassiveVerdict,
    Scenario,
    TlsCertificate,
    build_violation,
)
from conformance.certify.api_clients.tasks import (
    ADD_VEHICLE,
    CHANGE_VEHICLE,
    LIST_SESSIONS,
    LIST_VEHICLES,
    READ_SESSION,
    find_next_link,
)
from conformance.certify.api_clients.trace import ClientCall, ServerPart, Trace
from conformance.certify.assessments import PASSED, Assessment
from conformance.model import Level


def _redirect_to(origin: OtherOrigin, status: int = 302) -> Action:
    """Return an action that redirects to the same path under another origin; with 307 and 308 the method stays."""

    async def act(request: ScenarioRequest, context: ScenarioContext) -> ScenarioResponse:
        base_path = context.base_url.rpartition("/")[2]
        location = f"{context.other_origins[origin]}/{base_path}{request.target}"
        return ScenarioResponse(status, (("Location", location),), is_affected=True)

    return act


def _redirect_in_two_hops_to(origin: OtherOrigin) -> Action:
    """Return an action that redirects to the API itself, and from there to the same path under another origin."""
    redirect = _redirect_to(origin)

    async def act(request: ScenarioRequest, context: ScenarioContext) -> ScenarioResponse | None:
        if context.memory.setdefault("is redirected", False):
            return await redirect(request, context)
        context.memory["is redirected"] = True
        location = f"{context.base_url}{request.target}{'&' if '?' in request.target else '?'}hop=1"
        return ScenarioResponse(302, (("Location", location),), is_affected=True)

    return act


def _redirect_form_to(origin: OtherOrigin) -> Action:
    """Return an action that redirects with 307, after which method and body stay, to the same path elsewhere."""

    async def act(request: ScenarioRequest, context: ScenarioContext) -> ScenarioResponse:
        location = f"{context.other_origins[origin]}{request.target}"
        return ScenarioResponse(307, (("Location", location),), is_affected=True)

    return act


def _link_to(origin: OtherOrigin) -> Callable[[str, ScenarioContext], str]:
    """Return a change of the Link header that leads to the next page under another origin."""

    def change(link: str, context: ScenarioContext) -> str:
        target = find_next_link(link)
        path = target.removeprefix(context.base_url.rpartition("/")[0])
        named = f"&from={context.base_url}"  # a URL that holds that of the API is not one of the API
        return link.replace(target, context.other_origins[origin] + path + named)

    return change


def _refer_to(origin: OtherOrigin) -> Action:
    """Return an action that sends the vehicle of a session as a URL under another origin."""

    def change(item: dict[str, Any], context: ScenarioContext) -> dict[str, Any]:
        vehicle = item.get("vehicle")
        url = vehicle["url"] if isinstance(vehicle, dict) else vehicle
        root = context.base_url.rpartition("/")[0]
        return {**item, "vehicle": context.other_origins[origin] + url.removeprefix(root)} if url else item

    return change_items(change)


def _judge_token_scope(trace: Trace) -> Assessment:
    visits = trace.select_calls(ServerPart.ELSEWHERE)
    for call in visits:
        headers = " ".join(value for _, value in call.exchange.request.headers)
        content = f"{call.target} {headers} {call.body.decode('latin-1')}"
        is_bearer = call.request_header("authorization").lower().startswith("bearer")
        if is_bearer or trace.shows_secret(content):
            return build_violation(
                "it sends its token or secret to another origin", f"{call.method} {call.exchange.url.partition('?')[0]}"
            )
    return Assessment(PASSED.verdict, f"{len(visits)} requests to the other origin, none with the token")


def _judge_queries(everything: ClientEvidence) -> tuple[PassiveVerdict, ...]:
    return tuple(
        PassiveVerdict(_judge_query(call, trace), (call.exchange.id,))
        for trace in everything.traces.values()
        for call in trace.calls
        if "?" in call.target and call.part is not ServerPart.CALLBACK
    )


def _judge_query(call: ClientCall, trace: Trace) -> Assessment:
    query = call.target.partition("?")[2]
    if trace.shows_secret(query):
        return build_violation("it puts a secret into a query", f"{call.method} {call.path}")
    if trace.shows_half_secret(query):
        return build_violation("it puts half of a secret or more into a query", f"{call.method} {call.path}")
    return PASSED


def _build_redirect(name: str, origin: OtherOrigin, *, is_second_hop: bool = False) -> Scenario:
    rule = (
        ConditionRule(match_operations(LIST_VEHICLES), _redirect_in_two_hops_to(origin), skip=1, times=2)
        if is_second_hop
        else ConditionRule(match_operations(LIST_VEHICLES), _redirect_to(origin), skip=1, times=1)
    )
    way = "first within the API, then " if is_second_hop else ""
    return Scenario(
        name,
        "C25",
        "list_vehicles",
        f"redirects the second page {way}to a URL {origin.value}",
        "the other origin receives no token",
        _judge_token_scope,
        (rule,),
    )


def _build_link(name: str, origin: OtherOrigin, certificate: TlsCertificate = TlsCertificate.NONE) -> Scenario:
    place = origin.value if certificate is TlsCertificate.NONE else "with http in place of https"
    return Scenario(
        name,
        "C25",
        "list_vehicles",
        f"links the next page {place}",
        "the other origin receives no token",
        _judge_token_scope,
        (ConditionRule(match_operations(LIST_VEHICLES), change_link_header(_link_to(origin)), times=1),),
        certificate=certificate,
    )


def _build_reference(name: str, origin: OtherOrigin) -> Scenario:
    return Scenario(
        name,
        "C25",
        "read_session",
        f"sends the vehicle of the session as a URL {origin.value}",
        "the other origin receives no token",
        _judge_token_scope,
        (ConditionRule(match_operations(LIST_SESSIONS, READ_SESSION), _refer_to(origin)),),
    )


SCENARIOS = (
    _build_redirect("redirect-elsewhere", OtherOrigin.HOST),
    _build_redirect("redirect-other-port", OtherOrigin.PORT, is_second_hop=True),
    _build_redirect("redirect-longer-port", OtherOrigin.PREFIX),
    _build_link("link-longer-port", OtherOrigin.PREFIX),
    Scenario(
        "token-request-redirected",
        "C25",
        "list_vehicles",
        f"redirects the token request to a URL {OtherOrigin.PORT.value}",
        "the other origin receives no secret",
        _judge_token_scope,
        (ConditionRule(match_part(ServerPart.TOKEN), _redirect_form_to(OtherOrigin.PORT)),),
    ),
    Scenario(
        "revocation-redirected",
        "C25",
        "revoke_token",
        f"redirects the revocation to a URL {OtherOrigin.PORT.value}",
        "the other origin receives no secret",
        _judge_token_scope,
        (ConditionRule(match_part(ServerPart.REVOKE), _redirect_form_to(OtherOrigin.PORT)),),
        level=Level.SHOULD,  # widespread libraries follow it by themselves, and the documentation has no word on it
    ),
    *(
        Scenario(
            f"{name}-redirected",
            "C25",
            task,
            f"redirects {operation} with {status} to a URL {OtherOrigin.PORT.value}",
            "the other origin receives no token",
            _judge_token_scope,
            (ConditionRule(match_operations(operation), _redirect_to(OtherOrigin.PORT, status)),),
        )
        for name, task, operation, status in (
            ("change", "change_vehicle", CHANGE_VEHICLE, 307),
            ("creation", "add_vehicle", ADD_VEHICLE, 308),
            ("item", "read_session", READ_SESSION, 302),
        )
    ),
    _build_reference("reference-other-port", OtherOrigin.PORT),
    _build_reference("reference-longer-port", OtherOrigin.PREFIX),
    _build_link("link-elsewhere", OtherOrigin.HOST),
    _build_link("link-other-port", OtherOrigin.PORT),
    _build_link("link-sibling-host", OtherOrigin.SIBLING),
    _build_link("link-user-info", OtherOrigin.USER_INFO),
    _build_link("link-without-tls", OtherOrigin.PORT, TlsCertificate.TRUSTED),
)
PASSIVE = (PassiveJudge("C25", "no secret in a query", "no request had a query", _judge_queries),)
