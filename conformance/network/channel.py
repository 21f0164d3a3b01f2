"""The one edge to the network: synchronous httpx transports that send exactly the bytes that were meant.

Each channel has a gate, and no request passes it by: what may have an effect leaves only where the rules allow it.
"""

import re
import time
from base64 import b64decode, b64encode
from collections.abc import Mapping
from functools import lru_cache
from threading import Lock
from types import TracebackType
from typing import Protocol, Self, cast
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpx

from conformance import __version__
from conformance.model import Headers, Request, Response

AGENT = f"evenergy-conformance/{__version__}"
_LOOPBACK = {"127.0.0.1", "::1", "localhost"}
_ORIGIN = re.compile(r"[^/?#]*//[^/?#]*")
SCHEMES = {"scheme": "Token", "lower-case": "bearer", "upper-case": "BEARER"}
"""Schemes of the Authorization header by the place that a request names for its token."""
_ACCEPT = "application/json, application/problem+json;q=0.9, */*;q=0.1"


class Limits:
    """How long and how much: seconds to connect, between bytes and in all; bytes of a body that are read."""

    connect_s = 10.0
    idle_s = 30.0
    total_s = 30.0
    body_bytes = 64 * 1024 * 1024


class NotSentError(Exception):
    """The request was not sent at all: HTTP cannot carry it. Costs nothing and is no word on the target."""


class NoAnswerError(Exception):
    """The request was sent, or could not reach the target; no whole answer came back.

    `slow` tells that time ran out: asking again would only cost more of it.
    """

    def __init__(self, message: str, *, slow: bool = False) -> None:
        super().__init__(message)
        self.slow = slow


class RequestGate(Protocol):
    """What decides whether a request may leave; see `conformance.safety.gate`."""

    def check(self, method: str, url: str, headers: Headers) -> None:
        """Raise ForbiddenRequestError where the request may not leave."""

    def observe(self, method: str, url: str, response: Response) -> None:
        """Learn from a response what later requests may do."""


class Channel:
    """Sends requests to one target. `credentials` are header sets by identity; `agent` is the User-Agent.

    It speaks to httpx's transports, not through its client: that would keep cookies and send them back, so that one
    request changed another, and takes a third of the time that a request costs here.
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
    ) -> None:
        self._base = base_url.rstrip("/")
        self._credentials = credentials
        self._gate = gate
        self._limits = limits
        self.unanswered = 0  # requests in a row that got no answer
        self.limited = 0  # answers in a row that were 429
        self._given = transport
        self._transports: dict[str, httpx.BaseTransport] = {}  # by origin
        self._opening = Lock()  # a crowd of deliveries is sent by many threads
        self._extensions = {"timeout": httpx.Timeout(limits.idle_s, connect=limits.connect_s).as_dict()}
        self._own = (
            ("User-Agent", agent),
            ("Accept", _ACCEPT),
            ("Accept-Encoding", "gzip, deflate"),
            ("Connection", "keep-alive"),
        )

    def url(self, request: Request) -> str:
        """Return the absolute URL of a request as it may be recorded: a token in the query is not shown."""
        return self._url(request, "[redacted]")

    def send(self, request: Request) -> Response:
        """Send a request and read the whole response. Redirects are responses, and are not followed.

        Raises:
            ForbiddenRequestError: the gate refuses the request; nothing was sent.
            NotSentError: HTTP cannot carry the request; nothing was sent.
            NoAnswerError: no whole response came back.
        """
        headers, token = self._headers(request)
        url = self._url(request, token)
        self._gate.check(request.method, url, tuple(headers))
        try:
            wire = httpx.Request(
                request.method,
                _parsed(url),
                headers=headers,
                content=request.body or None,
                extensions=self._extensions | _keep_dots(url),
            )
        except (httpx.InvalidURL, UnicodeError, ValueError) as error:
            raise NotSentError(f"HTTP cannot carry this request: {error}") from error
        began = time.perf_counter()
        try:
            answer = self._transport(url).handle_request(wire)
            try:
                body, cut = self._read(answer, began)
            finally:
                answer.close()
                _hang_up(answer)
        except httpx.LocalProtocolError as error:
            raise NotSentError(f"HTTP cannot carry this request: {error}") from error
        except (httpx.TransportError, httpx.DecodingError) as error:
            self.unanswered += 1
            raise NoAnswerError(_told(error), slow=isinstance(error, httpx.TimeoutException)) from error
        self.unanswered = 0
        self.limited = self.limited + 1 if answer.status_code == 429 else 0
        fields = tuple((k.decode("latin-1"), v.decode("latin-1")) for k, v in answer.headers.raw)
        response = Response(answer.status_code, fields, body, time.perf_counter() - began, cut)
        self._gate.observe(request.method, url, response)
        return response

    def close(self) -> None:
        """Close all connections."""
        for each in self._transports.values():
            each.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _transport(self, url: str) -> httpx.BaseTransport:
        found = _ORIGIN.match(url)
        origin = found[0] if found else url
        with self._opening:
            if origin not in self._transports:
                self._transports[origin] = self._given or _transport_to(origin)
            return self._transports[origin]

    def _url(self, request: Request, token: str) -> str:
        url = (request.authority or self._base) + request.target
        return f"{url}{'&' if '?' in url else '?'}access_token={token}" if request.token_in == "query" else url  # noqa: S105 - a place

    def _headers(self, request: Request) -> tuple[list[tuple[str, str]], str]:
        """Return our headers, credentials and those of the request, which win, and the token that `token_in` moves."""
        own = {name.lower() for name, _ in request.headers}
        lent = [(n, v) for n, v in self._credentials.get(request.identity, ()) if n.lower() not in own]
        ours = [(n, v) for n, v in self._own if n.lower() not in own]
        if not request.token_in:
            return [*ours, *lent, *request.headers], ""
        token = next((v.partition(" ")[2] for n, v in lent if n.lower() == "authorization"), "")
        lent = [(n, v) for n, v in lent if n.lower() != "authorization"]
        if request.token_in == "cookie":  # noqa: S105 - a place
            lent.append(("Cookie", f"access_token={token}"))
        if scheme := SCHEMES.get(request.token_in, ""):
            lent.append(("Authorization", f"{scheme} {token}"))
        if request.token_in == "wrong-secret":  # noqa: S105 - a place
            lent.append(("Authorization", f"Basic {_spoil_secret(token)}"))
        return [*ours, *lent, *request.headers], token

    def _read(self, answer: httpx.Response, began: float) -> tuple[bytes, bool]:
        chunks: list[bytes] = []
        size = 0
        encoded = "content-encoding" in answer.headers  # else the bytes as they came: httpx takes twice as long
        for chunk in answer.iter_bytes() if encoded else cast("httpx.SyncByteStream", answer.stream):
            chunks.append(chunk)
            size += len(chunk)
            if size > self._limits.body_bytes:
                return b"".join(chunks)[: self._limits.body_bytes], True
            if time.perf_counter() - began > self._limits.total_s:
                raise httpx.ReadTimeout(f"the body did not end within {self._limits.total_s:g} s")
        return b"".join(chunks), False


@lru_cache(maxsize=1024)  # half of the requests of a run go where another one went
def _parsed(url: str) -> httpx.URL:
    return httpx.URL(url)


def _spoil_secret(basic: str) -> str:
    """Return Basic credentials of the same client with a secret of which the last character is another one."""
    text = b64decode(basic).decode()
    return b64encode((text[:-1] + ("y" if text.endswith("x") else "x")).encode()).decode()


def _keep_dots(url: str) -> dict[str, bytes]:
    """Return the extension that sends dot segments as they are, which httpx would resolve; empty where none are."""
    target = _ORIGIN.sub("", url, count=1)
    has_dots = any(segment in {".", ".."} for segment in target.partition("?")[0].split("/"))
    return {"target": target.encode("ascii")} if has_dots else {}


def _transport_to(origin: str) -> httpx.BaseTransport:
    """Return a transport to an origin: direct on loopback, else through the proxy that the environment names for it."""
    parts = urlsplit(origin)
    host = parts.hostname or ""
    proxies = {} if host in _LOOPBACK or proxy_bypass(parts.netloc) else getproxies()
    proxy = proxies.get(parts.scheme) or proxies.get("all")
    # Reading the trust store takes 30 ms that plain HTTP need not pay. A pool that closes what it has too much of may
    # close what another thread has just begun to use.
    return httpx.HTTPTransport(
        verify=parts.scheme == "https" or bool(proxy),
        proxy=_with_scheme(proxy),
        limits=httpx.Limits(max_connections=100, max_keepalive_connections=None),
    )


def _hang_up(answer: httpx.Response) -> None:
    """Close a connection on which nobody knows where the next response begins.

    Many servers close it behind a failure, without a word; and a 204 that names a length may send that much.
    """
    stream = answer.extensions.get("network_stream")
    overflows = answer.status_code == 204 and answer.headers.get("content-length", "0") != "0"
    if (answer.status_code >= 500 or overflows) and stream is not None:
        stream.close()


def _with_scheme(proxy: str | None) -> str | None:
    return proxy if not proxy or "://" in proxy else f"http://{proxy}"


def _told(error: httpx.RequestError) -> str:
    """Return what happened, in words that name the cause."""
    kinds: tuple[tuple[type[httpx.RequestError], str], ...] = (
        (httpx.ConnectTimeout, "the target did not accept a connection in time"),
        (httpx.ConnectError, "no connection to the target"),
        (httpx.TimeoutException, "the target did not answer in time"),
        (httpx.ProxyError, "the proxy refused"),
        (httpx.RemoteProtocolError, "the answer breaks HTTP"),
        (httpx.DecodingError, "the answer is not encoded as its Content-Encoding says"),
    )
    words = next((words for kind, words in kinds if isinstance(error, kind)), "the connection broke")
    return f"{words}: {error}" if str(error) else words
