"""Scenarios of transport: TLS certificates, other origins, secrets in queries, User-Agent (C24 to C26)."""

import re

from conformance.certify.api_clients.conditions import (
    ConditionRule,
    ScenarioContext,
    ScenarioRequest,
    ScenarioResponse,
    change_link_header,
    match_operations,
)
from conformance.certify.api_clients.definitions import (
    ClientEvidence,
    PassiveJudge,
    PassiveVerdict,
    Scenario,
    TlsCertificate,
    build_inconclusive,
    build_violation,
)
from conformance.certify.api_clients.tasks import LIST_VEHICLES, find_next_link
from conformance.certify.api_clients.trace import ClientCall, ServerPart, Trace
from conformance.certify.assessments import PASSED, Assessment

_LIBRARIES = re.compile(
    r"(python-httpx|python-requests|python-urllib3?|urllib3|aiohttp|node|node-fetch|undici|axios|got|go-http-client|"
    r"okhttp|apache-httpclient|java|curl|wget|libwww-perl|ruby|faraday|guzzlehttp|reqwest|dart|cfnetwork)\b[^ ]*"
    r"( \(.*\)| python/\S+| aiohttp/\S+)*",
    re.IGNORECASE,
)


async def _redirect_elsewhere(request: ScenarioRequest, context: ScenarioContext) -> ScenarioResponse:
    """Redirect with 302 to the same path under the second origin."""
    base_path = context.base_url.rpartition("/")[2]
    return ScenarioResponse(
        302, (("Location", f"{context.other_origin}/{base_path}{request.target}"),), is_affected=True
    )


def _link_elsewhere(link: str, context: ScenarioContext) -> str:
    target = find_next_link(link)
    return link.replace(target, context.other_origin + target.removeprefix(context.base_url.rpartition("/")[0]))


def _judge_token_scope(trace: Trace) -> Assessment:
    visits = trace.select_calls(ServerPart.ELSEWHERE)
    for call in visits:
        content = f"{call.target} {call.exchange.request.headers} {call.body.decode('latin-1')}"
        if call.request_header("authorization") or any(secret in content for secret in trace.secrets):
            return build_violation(
                "it sends its token to another origin", f"{call.method} {call.exchange.url.partition('?')[0]}"
            )
    return Assessment(PASSED.verdict, f"{len(visits)} requests to the other origin, none with the token")


def _judge_handshakes(trace: Trace) -> Assessment:
    if trace.comparison is None or not trace.comparison.calls:
        return build_inconclusive(
            "it does not accept a TLS certificate of the authority in EVCONFORM_CA_FILE, so refusals show nothing"
        )
    if received := next((handshake.received for handshake in trace.handshakes if handshake.received), b""):
        method = received.partition(b" ")[0].decode("latin-1")
        return build_violation("it sends HTTP in spite of the TLS certificate", f"{method}, {len(received)} bytes")
    return Assessment(PASSED.verdict, f"{len(trace.handshakes)} handshakes, no byte of HTTP")


def _judge_queries(everything: ClientEvidence) -> tuple[PassiveVerdict, ...]:
    return tuple(
        PassiveVerdict(_judge_query(call, trace.secrets), (call.exchange.id,))
        for trace in everything.traces.values()
        for call in trace.calls
        if "?" in call.target and call.part is not ServerPart.CALLBACK
    )


def _judge_query(call: ClientCall, secrets: frozenset[str]) -> Assessment:
    has_secret = any(secret in call.target for secret in secrets)
    return build_violation("it puts a secret into a query", f"{call.method} {call.path}") if has_secret else PASSED


def _judge_agents(everything: ClientEvidence) -> tuple[PassiveVerdict, ...]:
    calls = [call for trace in everything.traces.values() for call in trace.api_calls]
    return tuple(PassiveVerdict(_judge_agent(call), (call.exchange.id,)) for call in calls)


def _judge_agent(call: ClientCall) -> Assessment:
    value = call.request_header("user-agent")
    if not value:
        return build_violation("it sends no User-Agent")
    return build_violation("its User-Agent names only its library", value) if _LIBRARIES.fullmatch(value) else PASSED


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
    _build_tls_scenario("tls-other-host", TlsCertificate.OTHER_HOST),
    _build_tls_scenario("tls-old", TlsCertificate.OLD_TLS),
    Scenario(
        "redirect-elsewhere",
        "C25",
        "list_vehicles",
        "redirects the second page to another origin",
        "the other origin receives no token",
        _judge_token_scope,
        (ConditionRule(match_operations(LIST_VEHICLES), _redirect_elsewhere, skip=1, times=1),),
    ),
    Scenario(
        "link-elsewhere",
        "C25",
        "list_vehicles",
        "links the next page under another origin",
        "the other origin receives no token",
        _judge_token_scope,
        (ConditionRule(match_operations(LIST_VEHICLES), change_link_header(_link_elsewhere), times=1),),
    ),
)
PASSIVE = (
    PassiveJudge("C25", "no secret in a query", "no request had a query", _judge_queries),
    PassiveJudge("C26", "a User-Agent that names the client", "the API received no request", _judge_agents),
)
