"""Scenarios of transport: TLS certificates, other origins, secrets in queries, User-Agent (C24 to C26)."""

import re

from conformance.certify.api_clients.conditions import Answer, Asked, Here, Rule, linked, on
from conformance.certify.api_clients.definitions import (
    Certificate,
    Everything,
    Judged,
    Passive,
    Scenario,
    open_question,
    wrong,
)
from conformance.certify.api_clients.tasks import VEHICLES, next_of
from conformance.certify.api_clients.trace import Call, Part, Trace
from conformance.certify.assessments import RIGHT, Found

_LIBRARIES = re.compile(
    r"(python-httpx|python-requests|python-urllib3?|urllib3|aiohttp|node|node-fetch|undici|axios|got|go-http-client|"
    r"okhttp|apache-httpclient|java|curl|wget|libwww-perl|ruby|faraday|guzzlehttp|reqwest|dart|cfnetwork)\b[^ ]*"
    r"( \(.*\)| python/\S+| aiohttp/\S+)*",
    re.IGNORECASE,
)


async def _redirect_elsewhere(request: Asked, context: Here) -> Answer:
    """Redirect with 302 to the same path under the second origin."""
    base_path = context.base_url.rpartition("/")[2]
    return Answer(302, (("Location", f"{context.elsewhere}/{base_path}{request.target}"),), touched=True)


def _link_elsewhere(link: str, context: Here) -> str:
    target = next_of(link)
    return link.replace(target, context.elsewhere + target.removeprefix(context.base_url.rpartition("/")[0]))


def _judge_token_scope(trace: Trace) -> Found:
    visits = trace.to(Part.ELSEWHERE)
    for call in visits:
        content = f"{call.target} {call.exchange.request.headers} {call.body.decode('latin-1')}"
        if call.header("authorization") or any(secret in content for secret in trace.secrets):
            return wrong("it sends its token to another origin", f"{call.method} {call.exchange.url.partition('?')[0]}")
    return Found(RIGHT.verdict, f"{len(visits)} requests to the other origin, none with the token")


def _judge_handshakes(trace: Trace) -> Found:
    if trace.beside is None or not trace.beside.calls:
        return open_question(
            "it does not accept a TLS certificate of the authority in EVCONFORM_CA_FILE, so refusals show nothing"
        )
    if received := next((handshake.received for handshake in trace.handshakes if handshake.received), b""):
        method = received.partition(b" ")[0].decode("latin-1")
        return wrong("it sends HTTP in spite of the TLS certificate", f"{method}, {len(received)} bytes")
    return Found(RIGHT.verdict, f"{len(trace.handshakes)} handshakes, no byte of HTTP")


def _judge_queries(everything: Everything) -> tuple[Judged, ...]:
    return tuple(
        Judged(_judge_query(call, trace.secrets), (call.exchange.id,))
        for trace in everything.traces.values()
        for call in trace.calls
        if "?" in call.target and call.part is not Part.CALLBACK
    )


def _judge_query(call: Call, secrets: frozenset[str]) -> Found:
    has_secret = any(secret in call.target for secret in secrets)
    return wrong("it puts a secret into a query", f"{call.method} {call.path}") if has_secret else RIGHT


def _judge_agents(everything: Everything) -> tuple[Judged, ...]:
    calls = [call for trace in everything.traces.values() for call in trace.api]
    return tuple(Judged(_judge_agent(call), (call.exchange.id,)) for call in calls)


def _judge_agent(call: Call) -> Found:
    value = call.header("user-agent")
    if not value:
        return wrong("it sends no User-Agent")
    return wrong("its User-Agent names only its library", value) if _LIBRARIES.fullmatch(value) else RIGHT


def _build_tls_scenario(name: str, certificate: Certificate) -> Scenario:
    return Scenario(
        name,
        "C24",
        "list_vehicles",
        f"presents a TLS certificate: {certificate.value}",
        "no byte of HTTP",
        _judge_handshakes,
        certificate=certificate,
        beside="tls-trusted",
    )


SCENARIOS = (
    Scenario(
        "tls-trusted",
        "C24",
        "list_vehicles",
        f"presents a TLS certificate: {Certificate.TRUSTED.value}",
        "",
        None,
        certificate=Certificate.TRUSTED,
    ),
    _build_tls_scenario("tls-expired", Certificate.EXPIRED),
    _build_tls_scenario("tls-self-signed", Certificate.STRANGER),
    _build_tls_scenario("tls-other-host", Certificate.OTHER_HOST),
    _build_tls_scenario("tls-old", Certificate.OLD_TLS),
    Scenario(
        "redirect-elsewhere",
        "C25",
        "list_vehicles",
        "redirects the second page to another origin",
        "the other origin receives no token",
        _judge_token_scope,
        (Rule(on(VEHICLES), _redirect_elsewhere, skip=1, times=1),),
    ),
    Scenario(
        "link-elsewhere",
        "C25",
        "list_vehicles",
        "links the next page under another origin",
        "the other origin receives no token",
        _judge_token_scope,
        (Rule(on(VEHICLES), linked(_link_elsewhere), times=1),),
    ),
)
PASSIVE = (
    Passive("C25", "no secret in a query", "no request had a query", _judge_queries),
    Passive("C26", "a User-Agent that names the client", "the API received no request", _judge_agents),
)
