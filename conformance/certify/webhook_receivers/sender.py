"""Sends messages to the one endpoint that was named, no faster than agreed."""

import socket
import ssl
import threading
import time
import warnings
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import httpx

from conformance.certify.webhook_receivers.judging import OPERATION, Sent
from conformance.certify.webhook_receivers.messages import AGENT, Message
from conformance.certify.webhook_receivers.streaming import stream
from conformance.errors import UsageError
from conformance.model import Exchange, Request, Response
from conformance.network.channel import Channel, Limits, NoAnswerError, NotSentError
from conformance.safety.deliveries import DeliveryGate, refuse_provider
from conformance.targets.resolve import loopback

ANSWER_S = 15.0
"""How long a delivery may take (Svix documentation, "Retries")."""
_MOST_WAITED_S = 10.0


def _limits(answer_s: float) -> type[Limits]:
    """How long and how much, for a delivery."""
    bounds = {"idle_s": answer_s, "total_s": answer_s, "body_bytes": 1024 * 1024}
    return type("DeliveryLimits", (Limits,), bounds)


class Endpoint:
    """The address of a receiver. Raises UsageError, which names the option, where it is none or carries credentials."""

    def __init__(self, url: str, option: str = "--endpoint") -> None:
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError as fault:
            raise UsageError(f"{option} is no URL: {fault}", hint=_HINT) from fault
        if parts.scheme not in {"http", "https"} or not parts.hostname or "@" in parts.netloc or parts.fragment:
            raise UsageError(f"{option} is no plain URL", hint=_HINT)
        refuse_provider(url, option)
        self.url = url
        self.origin = f"{parts.scheme}://{parts.netloc}"
        self.target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        self.secure, self.host = parts.scheme == "https", parts.hostname
        self.port = port or (443 if self.secure else 80)
        self.local = loopback(url)


_HINT = "As in https://partner.example/webhooks, without user, password and fragment."


class Sender:
    """Sends to one endpoint: at most `rate` deliveries a second one after the other, at most `concurrency` at once."""

    def __init__(  # noqa: PLR0913 - its bounds, and the edges that tests replace
        self,
        endpoint: Endpoint,
        *,
        rate: float = 25.0,
        concurrency: int = 50,
        transport: httpx.BaseTransport | None = None,
        answer_s: float = ANSWER_S,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.endpoint, self.clock, self.sleep = endpoint, clock, sleep
        self._gap, self._next = 1 / rate if rate else 0.0, 0.0
        self._concurrency = concurrency
        self._limits, self._transport = _limits(answer_s), transport
        self._channel = Channel(
            endpoint.origin, {}, DeliveryGate(endpoint.origin), agent=AGENT, transport=transport, limits=self._limits
        )
        self._count, self._lock = 0, threading.Lock()

    def close(self) -> None:
        """Close all connections."""
        self._channel.close()

    def send(self, make: Callable[[], Message], name: str) -> Sent:
        """Make a message and send it, in its turn; once more where the receiver asks for patience.

        It is made when its turn has come, so that its timestamp is that of its sending.
        """
        self._wait()
        sent = self._sent(make(), name)
        wait = _patience(sent.exchange)
        if wait is None:
            return sent
        self.sleep(wait)
        self._wait()
        return self._sent(make(), name)

    def send_all(self, messages: Sequence[Message], name: str) -> list[Sent]:
        """Send messages at once, as many at a time as agreed."""
        together = threading.Barrier(min(self._concurrency, len(messages)))  # nobody begins before all are there
        with ThreadPoolExecutor(together.parties, initializer=together.wait) as pool:
            return list(pool.map(lambda message: self._sent(message, name), messages))

    def _wait(self) -> None:
        now = time.monotonic()
        if now < self._next:
            self.sleep(self._next - now)
        self._next = max(now, self._next) + self._gap

    def _sent(self, message: Message, name: str) -> Sent:
        request = Request(OPERATION, message.method, self.endpoint.target, message.headers, message.body, identity="")
        identifier, at = self._identifier(name), self.clock()
        try:
            response = self._channel.send(request)
        except (NotSentError, NoAnswerError) as fault:
            gone = isinstance(fault.__cause__, httpx.ConnectError | httpx.ConnectTimeout)
            return Sent(message, Exchange(identifier, request, self.endpoint.url, at, failure=str(fault)), gone)
        return Sent(message, Exchange(identifier, request, self.endpoint.url, at, response))

    def _identifier(self, name: str) -> str:
        with self._lock:
            self._count += 1
            return f"w{self._count}-{name.replace(' ', '-')}"

    def stream(self, message: Message, name: str, size: int) -> tuple[Sent, int]:
        """Send so large a body in chunks until an answer comes or time is up; the bytes that were taken."""
        request = Request(OPERATION, "POST", self.endpoint.target, message.headers, b"", identity="")
        identifier, at, place = self._identifier(name), self.clock(), self.endpoint
        told = stream(
            place.host,
            place.port,
            place.target,
            message.headers,
            secure=place.secure,
            size=size,
            seconds=self._limits.total_s,
        )
        exchange = Exchange(identifier, request, place.url, at, told.response, told.failure)
        return Sent(message, exchange, unreachable=not told.taken and told.response is None), told.taken

    def plain(self, name: str) -> Sent:
        """An empty, unsigned POST to the same host and path by plain http."""
        url = f"http://{self.endpoint.host}{self.endpoint.target}"
        message = Message("", self.clock(), "", "", "", b"", dropped=("id", "timestamp", "signature"))
        request = Request(OPERATION, "POST", self.endpoint.target, (), b"", identity="")
        identifier, at = self._identifier(name), self.clock()
        try:
            with httpx.Client(transport=self._transport, timeout=self._limits.idle_s) as client:
                answer = client.post(url, content=b"")
        except httpx.TransportError as fault:
            return Sent(message, Exchange(identifier, request, url, at, failure=str(fault)), unreachable=True)
        return Sent(message, Exchange(identifier, request, url, at, Response(answer.status_code)))

    def old_tls(self) -> bool | None:
        """Whether a handshake of TLS 1.0 or 1.1 succeeds; None where this machine cannot offer one."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", DeprecationWarning)
                context.minimum_version, context.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
            context.set_ciphers("ALL:@SECLEVEL=0")
            with socket.create_connection((self.endpoint.host, self.endpoint.port), self._limits.connect_s) as raw:
                context.wrap_socket(raw, server_hostname=self.endpoint.host).close()
        except ssl.SSLError as fault:
            return None if fault.reason in {"NO_PROTOCOLS_AVAILABLE", "NO_CIPHERS_AVAILABLE"} else False
        except OSError:
            return False
        return True


def _patience(exchange: Exchange) -> float | None:
    """How long the receiver asks to wait before another try; None where it does not ask."""
    if exchange.response is None or exchange.status not in {429, 503}:
        return None
    text = (exchange.response.header("retry-after") or "1").strip()
    return min(float(text), _MOST_WAITED_S) if text.isdigit() else 1.0
