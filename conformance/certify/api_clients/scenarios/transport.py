"""Scenarios of transport: TLS certificates, User-Agent, bodies in pieces and compressed (C24, C26, C31)."""

import re
from typing import Any

import msgspec

from conformance.certify.api_clients.conditions import (
    Action,
    ConditionRule,
    ScenarioContext,
    ScenarioRequest,
    ScenarioResponse,
    match_operations,
    match_part,
)
from conformance.certify.api_clients.content_codings import CODINGS
from conformance.certify.api_clients.definitions import (
    ClientEvidence,
    PassiveJudge,
    PassiveVerdict,
    Scenario,
    TlsCertificate,
    build_inconclusive,
    build_not_observable,
    build_violation,
)
from conformance.certify.api_clients.tasks import LIST_VEHICLES
from conformance.certify.api_clients.trace import ClientCall, ServerPart, Trace
from conformance.certify.api_clients.trace_comparisons import compare_with_control
from conformance.certify.assessments import PASSED, Assessment
from conformance.model import Level

_LIBRARIES = re.compile(
    r"(python-httpx|python-requests|python-urllib3?|urllib3|python|aiohttp|requests|requests-oauthlib|oauthlib|authlib|"
    r"node|node-fetch|undici|axios|got|deno|bun|go-http-client|okhttp|ktor-client|apache-httpclient|java|"
    r"java-http-client|curl|wget|libwww-perl|ruby|faraday|guzzlehttp|php|symfony|reqwest|hyper|dart|cfnetwork|"
    r"restsharp|postmanruntime|insomnia|openapi-generator|swagger-codegen|reactornetty|netty|jersey|jetty|unirest|"
    r"resttemplate|spring webclient|feign|retrofit|vert\.x-webclient|akka-http|http4s|sttp|asynchttpclient|apache cxf|"
    r"alamofire|afnetworking|http\.rb|httparty|typhoeus|excon|rest-client|pycurl|treq|tornado|httpie|superagent|hackney|"
    r"cpprestsdk|libcurl|winhttp|\.net|refit|flurl|isahc|ureq|attohttpc|resty)\b[^ ]*"
    r"( \(.*\)| python/\S+| aiohttp/\S+| urllib3/\S+)*",
    re.IGNORECASE,
)
_BARE_BROWSER = re.compile(r"mozilla/[\d.]+( \(compatible\))?", re.IGNORECASE)
_FULL_BROWSER = re.compile(r"mozilla/[\d.]+ \(.*\).* (gecko|applewebkit|chrome|safari|firefox)/[\d.]+.*", re.IGNORECASE)
_REFUSED_CODING = re.compile(r";\s*q=0(\.0*)?\s*$")
_PIECES, _PIECE_PAUSE_S = 30, 0.1
_WIDE_TEXT = "Ladesäule für Zoë 電気自動車の充電 " * 20


def _judge_handshakes(trace: Trace) -> Assessment:
    if trace.comparison is None or not trace.comparison.calls:
        return build_inconclusive(
            "it does not accept a TLS certificate of the authority in EVCONFORM_CA_FILE, so refusals show nothing"
        )
    if shown := next((handshake for handshake in trace.handshakes if handshake.received), None):
        method = shown.received.partition(b" ")[0].decode("latin-1")
        message = "it sends HTTP without TLS" if shown.failure else "it sends HTTP in spite of the TLS certificate"
        return build_violation(message, f"{method}, {len(shown.received)} bytes")
    return Assessment(PASSED.verdict, f"{len(trace.handshakes)} handshakes, no byte of HTTP")


async def _close_after_token(request: ScenarioRequest, context: ScenarioContext) -> ScenarioResponse:
    """Issue a token and close the connection, so that the revocation needs another one."""
    return (await context.send_to_mock(request)).with_header(("Connection", "close"))


def _judge_later_certificate(trace: Trace) -> Assessment:
    if not trace.api_calls:
        return build_inconclusive(
            "it does not accept a TLS certificate of the authority in EVCONFORM_CA_FILE, so refusals show nothing"
        )
    if sent := trace.select_calls(ServerPart.REVOKE):
        message = "it sends its token in spite of the TLS certificate of the revocation endpoint"
        return build_violation(message, f"{sent[0].method} {sent[0].path}")
    return Assessment(PASSED.verdict, "no revocation was sent")


def _judge_agents(everything: ClientEvidence) -> tuple[PassiveVerdict, ...]:
    calls = [
        call
        for trace in everything.traces.values()
        for call in trace.select_calls(ServerPart.API, ServerPart.TOKEN, ServerPart.REVOKE)
    ]
    return tuple(PassiveVerdict(_judge_agent(call, everything), (call.exchange.id,)) for call in calls)


def _judge_agent(call: ClientCall, everything: ClientEvidence) -> Assessment:
    value = call.request_header("user-agent")
    if not value:
        return build_violation("it sends no User-Agent", call.part)
    if _LIBRARIES.fullmatch(value):
        return build_violation("its User-Agent names only its library", f"{value}, at the {call.part}")
    is_disguised = _FULL_BROWSER.fullmatch(value) and not everything.is_public  # a public client may be a browser
    if is_disguised or _BARE_BROWSER.fullmatch(value):
        return build_violation("its User-Agent is that of a browser", f"{value}, at the {call.part}")
    return PASSED


async def _send_compressed(request: ScenarioRequest, context: ScenarioContext) -> ScenarioResponse | None:
    """Compress each response with another coding that the client accepts; where it accepts none, nothing changes."""
    response = await context.send_to_mock(request)
    accepted = next((value for name, value in request.headers if name.lower() == "accept-encoding"), "")
    codings = {coding.partition(";")[0].strip().lower(): coding for coding in accepted.split(",")}
    usable = [name for name in CODINGS if name in codings and not _REFUSED_CODING.search(codings[name])]
    if not usable:
        return msgspec.structs.replace(response, is_affected=True)
    number = context.memory["compressed"] = context.memory.get("compressed", -1) + 1
    coding = usable[number % len(usable)]
    return response.with_header(("Content-Encoding", coding), ("Vary", "Accept-Encoding"))


def _send_in_pieces(pause_s: float, *, is_wide: bool = False) -> Action:
    """Return an action that sends the body in pieces, without Content-Length.

    With `is_wide`, descriptions have characters of several bytes, some of which are sent in two pieces, and the media
    type has a parameter.
    """

    async def act(request: ScenarioRequest, context: ScenarioContext) -> ScenarioResponse | None:
        response = await context.send_to_mock(request)
        wait = pause_s * context.scale
        if is_wide and response.status == 200:
            response = _describe_in_wide_characters(response)
        return msgspec.structs.replace(response, pieces=_PIECES, pause_s=wait, is_affected=True, is_delayed=pause_s > 0)

    return act


def _describe_in_wide_characters(response: ScenarioResponse) -> ScenarioResponse:
    items = msgspec.json.decode(response.body)
    wide = response.with_body(msgspec.json.encode([{**item, "description": _WIDE_TEXT} for item in items]))
    return wide.with_header(("Content-Type", "application/json; charset=UTF-8"))


def _judge_compressed(trace: Trace) -> Assessment:
    if not any(call.response_header("content-encoding") for call in trace.affected_calls):
        return build_not_observable("it accepts no compression")
    return compare_with_control(trace)


def _build_delivery(name: str, condition: str, action: Action, **options: Any) -> Scenario:
    return Scenario(
        name,
        "C31",
        "list_vehicles",
        condition,
        "the task is completed",
        options.pop("judge", compare_with_control),
        (ConditionRule(match_operations(LIST_VEHICLES), action, **options.pop("when", {})),),
        **options,
    )


def _build_tls_scenario(name: str, certificate: TlsCertificate) -> Scenario:
    return Scenario(
        name,
        "C24",
        "list_vehicles",
        f"presents a TLS certificate: {certificate.value}",
        "no byte of HTTP",
        _judge_handshakes,
        certificate=certificate,
        comparison="tls-trusted",
    )


SCENARIOS = (
    Scenario(
        "tls-trusted",
        "C24",
        "list_vehicles",
        f"presents a TLS certificate: {TlsCertificate.TRUSTED.value}",
        "",
        None,
        certificate=TlsCertificate.TRUSTED,
    ),
    _build_tls_scenario("tls-expired", TlsCertificate.EXPIRED),
    _build_tls_scenario("tls-self-signed", TlsCertificate.UNKNOWN_AUTHORITY),
    _build_tls_scenario("tls-self-signed-api", TlsCertificate.UNKNOWN_AUTHORITY_OF_API),
    _build_tls_scenario("tls-other-host", TlsCertificate.OTHER_HOST),
    _build_tls_scenario("tls-old", TlsCertificate.OLD_TLS),
    Scenario(
        "tls-self-signed-revocation",
        "C24",
        "revoke_token",
        f"presents a TLS certificate: {TlsCertificate.UNKNOWN_AUTHORITY_LATER.value}",
        "the token is not sent to be revoked",
        _judge_later_certificate,
        (ConditionRule(match_part(ServerPart.TOKEN), _close_after_token),),
        certificate=TlsCertificate.UNKNOWN_AUTHORITY_LATER,
    ),
    _build_delivery(
        "chunked",
        "sends bodies chunked, without Content-Length, with text beyond ASCII, as `application/json; charset=UTF-8`",
        _send_in_pieces(0.0, is_wide=True),
    ),
    _build_delivery(
        "compressed",
        "compresses each page in another way that the client accepts",
        _send_compressed,
        judge=_judge_compressed,
    ),
    _build_delivery(
        "slow-body",
        f"sends the second page in {_PIECES} pieces over {_PIECES * _PIECE_PAUSE_S:.0f} s, once",
        _send_in_pieces(_PIECE_PAUSE_S),
        when={"skip": 1, "times": 1},
        level=Level.SHOULD,
        time_limit_s=_PIECES * _PIECE_PAUSE_S + 30,
    ),
)
PASSIVE = (PassiveJudge("C26", "a User-Agent that names the client", "the API received no request", _judge_agents),)
