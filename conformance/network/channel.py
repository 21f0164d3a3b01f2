"""The only access to the network: it sends exactly the bytes of a request.

Each channel has a gate that every request passes: a request that may have an effect leaves only where the rules allow.
"""

import re
import time
from base64 import b64decode, b64encode
from collections.abc import Mapping
from threading import Lock
from types import TracebackType
from typing import Protocol, Self
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpx

from conformance import __version__
from conformance.model import Headers, Request, Response
from conformance.network.body_reader import Deadline, read_body
from conformance.network.direct_wire import DirectWire
from conformance.network.environment import explain_settings, parse_proxy
from conformance.network.timed_backend import ExchangeClock, TimedBackend
from conformance.network.wire import HttpxWire, IncomingResponse, OutgoingRequest, Wire, parse_url

AGENT = f"evenergy-conformance/{__version__}"
_LOOPBACK = {"127.0.0.1", "::1", "localhost"}
_ORIGIN = re.compile(r"[^/?#]*//[^/?#]*")
SCHEMES = {"scheme": "Token", "lower-case": "bearer", "upper-case": "BEARER"}
"""Schemes of the Authorization header by the place that a request names for its token."""
_ACCEPT = "application/json, application/problem+json;q=0.9, */*;q=0.1"


class Limits:
    """Limits of an exchange: seconds to connect, between bytes and in all; bytes of a body that are read."""

    connect_s = 10.0
    idle_s = 30.0
    total_s = 30.0
    body_bytes = 4 * 1024 * 1024


class NotSentError(Exception):
    """The request was not sent, since HTTP cannot carry it. It costs nothing and says nothing of the target."""


class NoResponseError(Exception):
    """The request could not reach the target, or no complete response was received.

    `slow` says that time ran out: a repetition would only take more time. `unreachable` says that no connection came
    about, whatever the request.
    """

    def __init__(self, message: str, *, slow: bool = False, unreachable: bool = False) -> None:
        super().__init__(message)
        self.slow, self.unreachable = slow, unreachable


class RequestGate(Protocol):
    """The interface that decides whether a request may leave; see `conformance.safety.gate`."""

    def check(self, method: str, url: str, headers: Headers) -> None:
        """Raise ForbiddenRequestError where the request may not leave."""

    def observe(self, method: str, url: str, response: Response) -> None:
        """Learn from a response what later requests may do."""


class Channel:
    """A sender of requests to one target. `credentials` are header sets by identity; `agent` is the User-Agent.

    `keeps_refused` says whether a connection is used again after a response of 300 to 499.

    It uses the transports of httpx, not its client: the client would send cookies back, so that one request would
    change another, and it takes a third of the time of a request. Plain HTTP to this machine goes without them too.
    """

    def __init__(  # noqa: PLR0913 - where to, as whom, through which gate, and the edges that tests replace
        self,
        base_url: str,
        credentials: Mapping[str, Headers],
        gate: RequestGate,
        *,
        agent: str,
        transport: httpx.BaseTransport | None = None,
        limits: type[Limits] = Limits,
        keeps_refused: bool = True,
    ) -> None:
        self._base_url = base_url.rstrip("/")
        self._credentials = credentials
        self._gate = gate
        self._limits = limits
        self._keeps_refused = keeps_refused
        self.unanswered = 0  # consecutive requests without a response
        self.limited = 0  # consecutive responses that were 429
        self.unavailable = 0  # consecutive responses of a gateway or a busy server
        self.shortest_s = float("inf")  # the shortest time in which a response came
        self._wires: dict[str, Wire] = {}  # by origin
        self._wire_lock = Lock()  # many threads send the deliveries of webhooks
        self._fixed_wire = _wrap(transport, ExchangeClock(), limits) if transport else None
        self._default_headers = (
            ("User-Agent", agent),
            ("Accept", _ACCEPT),
            ("Accept-Encoding", "gzip, deflate"),
            ("Connection", "keep-alive"),
        )

    def build_url(self, request: Request) -> str:
        """Return the absolute URL of a request for the run log, with a token in the query redacted."""
        return self._build_url_with_token(request, "[redacted]")

    def send(self, request: Request, traceparent: str = "") -> Response:
        """Send a request and read the whole response. Redirects are responses, and are not followed.

        `traceparent` is sent as the header of that name, unless the request has one or it is empty.

        Raises:
            ForbiddenRequestError: the gate refuses the request; nothing was sent.
            NotSentError: HTTP cannot carry the request; nothing was sent.
            NoResponseError: no whole response came back.
        """
        headers, token = self._build_headers(request)
        if traceparent and not any(name.lower() == "traceparent" for name, _ in headers):
            headers.append(("traceparent", traceparent))
        url = self._build_url_with_token(request, token)
        self._gate.check(request.method, url, tuple(headers))
        try:
            sent = OutgoingRequest(request.method.upper(), parse_url(url), headers, request.body, _keep_dots(url))
        except (httpx.InvalidURL, ValueError) as error:
            raise NotSentError(f"HTTP cannot carry this request: {error}") from error
        started, deadline = time.perf_counter(), Deadline(self._limits.total_s)
        wire = self._choose_wire(request, url)
        try:
            answer = wire.exchange(sent, deadline)
            try:
                encoding = answer.join_header("content-encoding")
                body, cut = read_body(answer.pieces, encoding, self._limits.body_bytes, deadline)
            finally:
                answer.close(_is_reusable(answer, keeps_refused=self._keeps_refused))
        except (httpx.LocalProtocolError, UnicodeError) as error:
            raise NotSentError(f"HTTP cannot carry this request: {error}") from error
        except (httpx.TransportError, httpx.DecodingError) as error:
            self.unanswered += 1
            raise NoResponseError(
                _describe_error(error),
                slow=isinstance(error, httpx.TimeoutException),
                unreachable=isinstance(error, httpx.ConnectError | httpx.ConnectTimeout),
            ) from error
        finally:
            if request.own_connection and wire is not self._fixed_wire:
                wire.close()
        self.unanswered = 0
        self.limited = self.limited + 1 if answer.status == 429 else 0
        response = Response(answer.status, answer.headers, body, round(time.perf_counter() - started, 6), cut)
        self.unavailable = self.unavailable + 1 if response.is_unavailable else 0
        self.shortest_s = min(self.shortest_s, response.elapsed_s)
        self._gate.observe(request.method, url, response)
        return response

    def close(self) -> None:
        """Close all connections."""
        for wire in self._wires.values():
            wire.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _choose_wire(self, request: Request, url: str) -> Wire:
        """Return the wire to the origin of a URL, a new one for a request that needs its own connection."""
        match = _ORIGIN.match(url)
        origin = match[0] if match else url
        if request.own_connection:
            return self._fixed_wire or _open_wire(origin, self._limits)
        with self._wire_lock:
            if origin not in self._wires:
                self._wires[origin] = self._fixed_wire or _open_wire(origin, self._limits)
            return self._wires[origin]

    def _build_url_with_token(self, request: Request, token: str) -> str:
        url = (request.authority or self._base_url) + request.target
        return f"{url}{'&' if '?' in url else '?'}access_token={token}" if request.token_in == "query" else url  # noqa: S105 - a place

    def _build_headers(self, request: Request) -> tuple[list[tuple[str, str]], str]:
        """Return all headers, where those of the request win, and the token that `token_in` moves elsewhere."""
        own = {name.lower() for name, _ in request.headers}
        credentials = [(n, v) for n, v in self._credentials.get(request.identity, ()) if n.lower() not in own]
        defaults = [(n, v) for n, v in self._default_headers if n.lower() not in own]
        if not request.token_in:
            return [*defaults, *credentials, *request.headers], ""
        token = next((v.partition(" ")[2] for n, v in credentials if n.lower() == "authorization"), "")
        credentials = [(n, v) for n, v in credentials if n.lower() != "authorization"]
        if request.token_in == "cookie":  # noqa: S105 - a place
            credentials.append(("Cookie", f"access_token={token}"))
        if scheme := SCHEMES.get(request.token_in, ""):
            credentials.append(("Authorization", f"{scheme} {token}"))
        if request.token_in == "wrong-secret":  # noqa: S105 - a place
            credentials.append(("Authorization", f"Basic {_spoil_secret(token)}"))
        return [*defaults, *credentials, *request.headers], token


def _spoil_secret(basic: str) -> str:
    """Return Basic credentials of the same client with the last character of the secret changed."""
    text = b64decode(basic).decode()
    return b64encode((text[:-1] + ("y" if text.endswith("x") else "x")).encode()).decode()


def _keep_dots(url: str) -> bytes:
    """Return the target to send where httpx would resolve dot segments; empty where there are none."""
    target = _ORIGIN.sub("", url, count=1)
    has_dots = any(segment in {".", ".."} for segment in target.partition("?")[0].split("/"))
    return target.encode("ascii") if has_dots else b""


def _open_wire(origin: str, limits: type[Limits]) -> Wire:
    """Return the wire to an origin: direct on loopback, else through the proxy that the environment names for it."""
    parts, clock = urlsplit(origin), ExchangeClock()
    host = parts.hostname or ""
    if host in _LOOPBACK and parts.scheme == "http":
        return DirectWire(host, parts.port or 80, connect_s=limits.connect_s, idle_s=limits.idle_s)
    proxies = {} if host in _LOOPBACK or proxy_bypass(parts.netloc) else getproxies()
    proxy = proxies.get(parts.scheme) or proxies.get("all")
    # Reading the trust store takes 30 ms, which plain HTTP can do without. A pool that closes surplus connections may
    # close one that another thread has just begun to use.
    with explain_settings():
        transport = httpx.HTTPTransport(
            verify=parts.scheme == "https" or bool(proxy),
            proxy=parse_proxy(proxy),
            limits=httpx.Limits(max_connections=100, max_keepalive_connections=None),
        )
    transport._pool._network_backend = TimedBackend(clock)  # noqa: SLF001 - the only way, held by a contract test
    return _wrap(transport, clock, limits)


def _wrap(transport: httpx.BaseTransport, clock: ExchangeClock, limits: type[Limits]) -> HttpxWire:
    return HttpxWire(transport, clock, httpx.Timeout(limits.idle_s, connect=limits.connect_s).as_dict())


def _is_reusable(answer: IncomingResponse, *, keeps_refused: bool) -> bool:
    """Return whether the connection of a response may be used again: not where the end of the response is uncertain.

    Many servers close the connection after a failure without notice; a 204 with a Content-Length may have a body. A
    server that refuses a request before it has read the body may read the body as the next request.
    """
    overflows = answer.status == 204 and answer.join_header("content-length") not in {"", "0"}
    return answer.status < (500 if keeps_refused else 300) and not overflows


def _describe_error(error: httpx.RequestError) -> str:
    """Return a description of an error that names its cause."""
    descriptions: tuple[tuple[type[httpx.RequestError], str], ...] = (
        (httpx.ConnectTimeout, "the target did not accept a connection in time"),
        (httpx.ConnectError, "no connection to the target"),
        (httpx.TimeoutException, "the target did not answer in time"),
        (httpx.ProxyError, "the proxy refused"),
        (httpx.RemoteProtocolError, "the answer breaks HTTP"),
        (httpx.DecodingError, "the answer is not encoded as its Content-Encoding says"),
    )
    description = next((text for kind, text in descriptions if isinstance(error, kind)), "the connection broke")
    return f"{description}: {error}" if str(error) else description
