"""Whom a client talks to and what it shows to whom: TLS, other origins, queries, its own name (C24 to C26)."""

import re

from conformance.certify.api_clients.conditions import Answer, Asked, Here, Rule, linked, on
from conformance.certify.api_clients.scenario import (
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
from conformance.certify.found import RIGHT, Found

_LIBRARIES = re.compile(
    r"(python-httpx|python-requests|python-urllib3?|urllib3|aiohttp|node|node-fetch|undici|axios|got|go-http-client|"
    r"okhttp|apache-httpclient|java|curl|wget|libwww-perl|ruby|faraday|guzzlehttp|reqwest|dart|cfnetwork)\b[^ ]*"
    r"( \(.*\)| python/\S+| aiohttp/\S+)*",
    re.IGNORECASE,
)


async def _redirected(asked: Asked, here: Here) -> Answer:
    """302 to the same below another origin."""
    base = here.base_url.partition("://")[2].partition("/")[2].rpartition("/")[2]
    return Answer(302, (("Location", f"{here.elsewhere}/{base}{asked.target}"),), touched=True)


def _elsewhere(link: str, here: Here) -> str:
    real = next_of(link)
    return link.replace(real, here.elsewhere + real.removeprefix(here.base_url.rpartition("/")[0]))


def _keeps_token(trace: Trace) -> Found:
    visits = trace.to(Part.ELSEWHERE)
    for each in visits:
        sent = f"{each.target} {each.exchange.request.headers} {each.body.decode('latin-1')}"
        if each.header("authorization") or any(secret in sent for secret in trace.secrets):
            return wrong("it sends its token to another origin", f"{each.method} {each.exchange.url.partition('?')[0]}")
    return Found(RIGHT.verdict, "it went there without its token" if visits else "it did not go there")


def _refuses(trace: Trace) -> Found:
    if trace.beside is None or not trace.beside.calls:
        return open_question(
            "it does not reach a server whose certificate EVCONFORM_CA_FILE vouches for, so that refusals show nothing"
        )
    if told := next((each.received for each in trace.handshakes if each.received), b""):
        return wrong("it sends HTTP all the same", f"{told.partition(b' ')[0].decode('latin-1')} and {len(told)} bytes")
    return Found(RIGHT.verdict, f"{len(trace.handshakes)} handshakes begun, no byte of HTTP came")


def _queries(everything: Everything) -> tuple[Judged, ...]:
    return tuple(
        Judged(_query(call, trace.secrets), (call.exchange.id,))
        for trace in everything.traces.values()
        for call in trace.calls
        if "?" in call.target and call.part is not Part.CALLBACK
    )


def _query(call: Call, secrets: frozenset[str]) -> Found:
    leaks = any(secret in call.target for secret in secrets)
    return wrong("it puts a secret into a query", f"{call.method} {call.path}") if leaks else RIGHT


def _agents(everything: Everything) -> tuple[Judged, ...]:
    calls = [call for trace in everything.traces.values() for call in trace.api]
    return tuple(Judged(_agent(call), (call.exchange.id,)) for call in calls)


def _agent(call: Call) -> Found:
    value = call.header("user-agent")
    if not value:
        return wrong("it sends no User-Agent")
    return wrong("its User-Agent names its library alone", value) if _LIBRARIES.fullmatch(value) else RIGHT


def _tls(name: str, certificate: Certificate) -> Scenario:
    return Scenario(
        name,
        "C24",
        "list_vehicles",
        f"shows a certificate: {certificate.value}",
        "no byte of HTTP",
        _refuses,
        certificate=certificate,
        beside="tls-trusted",
    )


SCENARIOS = (
    Scenario(
        "tls-trusted",
        "C24",
        "list_vehicles",
        f"shows a certificate: {Certificate.TRUSTED.value}",
        "",
        None,
        certificate=Certificate.TRUSTED,
    ),
    _tls("tls-expired", Certificate.EXPIRED),
    _tls("tls-self-signed", Certificate.STRANGER),
    _tls("tls-other-host", Certificate.OTHER_HOST),
    _tls("tls-old", Certificate.OLD_TLS),
    Scenario(
        "redirect-elsewhere",
        "C25",
        "list_vehicles",
        "redirects the second page to another origin",
        "no token goes there",
        _keeps_token,
        (Rule(on(VEHICLES), _redirected, skip=1, times=1),),
    ),
    Scenario(
        "link-elsewhere",
        "C25",
        "list_vehicles",
        "links the next page at another origin",
        "no token goes there",
        _keeps_token,
        (Rule(on(VEHICLES), linked(_elsewhere), times=1),),
    ),
)
PASSIVE = (
    Passive("C25", "no secret in a query", "no request had a query", _queries),
    Passive("C26", "a User-Agent that names the client", "no request to the API came", _agents),
)
