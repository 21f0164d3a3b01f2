"""The sender of messages to the named endpoint, no faster than agreed."""

import socket
import ssl
import threading
import time
import warnings
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import httpx

from conformance.certify.webhook_receivers.chunked_upload import upload_chunks
from conformance.certify.webhook_receivers.messages import USER_AGENT, DeliveryDraft
from conformance.certify.webhook_receivers.response_verdicts import OPERATION, SentMessage
from conformance.errors import UsageError
from conformance.model import Exchange, Request, Response
from conformance.network.channel import Channel, Limits, NoResponseError, NotSentError
from conformance.safety.delivery_gate import DeliveryGate, refuse_provider
from conformance.targets.resolver import is_loopback

RESPONSE_TIMEOUT_S = 15.0
"""How long a delivery may take, in seconds (Svix documentation, "Retries")."""
_MAX_WAIT_S = 10.0


def _build_limits(answer_s: float) -> type[Limits]:
    """Return the limits of time and size of a delivery."""
    bounds = {"idle_s": answer_s, "total_s": answer_s, "body_bytes": 1024 * 1024}
    return type("DeliveryLimits", (Limits,), bounds)


class Endpoint:
    """The address of a receiver.

    Raises UsageError, which names the option, if it is not a URL or has credentials or a fragment.
    """

    def __init__(self, url: str, option: str = "--endpoint") -> None:
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError as error:
            raise UsageError(f"{option} is not a URL: {error}", hint=_HINT) from error
        if parts.scheme not in {"http", "https"} or not parts.hostname or "@" in parts.netloc or parts.fragment:
            raise UsageError(f"{option} must be an http or https URL without credentials and fragment", hint=_HINT)
        refuse_provider(url, option)
        self.url = url
        self.origin = f"{parts.scheme}://{parts.netloc}"
        self.target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        self.is_secure, self.host = parts.scheme == "https", parts.hostname
        self.port = port or (443 if self.is_secure else 80)
        self.is_local = is_loopback(url)


_HINT = "For example https://partner.example/webhooks"


class MessageSender:
    """A sender to one endpoint: at most `rate` deliveries a second in sequence, at most `concurrency` at once."""

    def __init__(  # noqa: PLR0913 - its bounds, and the edges that tests replace
        self,
        endpoint: Endpoint,
        *,
        rate: float = 25.0,
        concurrency: int = 50,
        transport: httpx.BaseTransport | None = None,
        response_timeout_s: float = RESPONSE_TIMEOUT_S,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.endpoint, self.clock, self.sleep = endpoint, clock, sleep
        self._gap, self._next = 1 / rate if rate else 0.0, 0.0
        self._concurrency = concurrency
        self._limits, self._transport = _build_limits(response_timeout_s), transport
        self._channel = Channel(
            endpoint.origin,
            {},
            DeliveryGate(endpoint.origin),
            agent=USER_AGENT,
            transport=transport,
            limits=self._limits,
        )
        self._count, self._lock = 0, threading.Lock()

    def close(self) -> None:
        """Close all connections."""
        self._channel.close()

    def send(self, make: Callable[[], DeliveryDraft], name: str) -> SentMessage:
        """Make a message and send it when its turn comes; send it once more after 429 or 503.

        The message is made when its turn has come, so that its timestamp is the time of sending.
        """
        self._wait()
        sent = self._send(make(), name)
        wait = _parse_retry_after(sent.exchange)
        if wait is None:
            return sent
        self.sleep(wait)
        self._wait()
        return self._send(make(), name)

    def send_all(self, messages: Sequence[DeliveryDraft], name: str) -> list[SentMessage]:
        """Send messages at once, up to the agreed concurrency."""
        barrier = threading.Barrier(min(self._concurrency, len(messages)))  # no thread sends before all have started
        with ThreadPoolExecutor(barrier.parties, initializer=barrier.wait) as pool:
            return list(pool.map(lambda message: self._send(message, name), messages))

    def _wait(self) -> None:
        """Wait for the turn of the next delivery."""
        now = time.monotonic()
        if now < self._next:
            self.sleep(self._next - now)
        self._next = max(now, self._next) + self._gap

    def _send(self, message: DeliveryDraft, name: str) -> SentMessage:
        """Send a message now."""
        request = Request(OPERATION, message.method, self.endpoint.target, message.headers, message.body, identity="")
        identifier, sent_at = self._name_exchange(name), self.clock()
        try:
            response = self._channel.send(request)
        except (NotSentError, NoResponseError) as error:
            is_unreachable = isinstance(error.__cause__, httpx.ConnectError | httpx.ConnectTimeout)
            return SentMessage(
                message, Exchange(identifier, request, self.endpoint.url, sent_at, failure=str(error)), is_unreachable
            )
        return SentMessage(message, Exchange(identifier, request, self.endpoint.url, sent_at, response))

    def _name_exchange(self, name: str) -> str:
        """Return a new id for an exchange."""
        with self._lock:
            self._count += 1
            return f"w{self._count}-{name.replace(' ', '-')}"

    def send_stream(self, message: DeliveryDraft, name: str, size: int) -> tuple[SentMessage, int]:
        """Send a body of this size in chunks until a response arrives or time is up; also return the bytes accepted."""
        request = Request(OPERATION, "POST", self.endpoint.target, message.headers, b"", identity="")
        identifier, sent_at, endpoint = self._name_exchange(name), self.clock(), self.endpoint
        upload = upload_chunks(
            endpoint.host,
            endpoint.port,
            endpoint.target,
            message.headers,
            is_secure=endpoint.is_secure,
            size=size,
            seconds=self._limits.total_s,
        )
        exchange = Exchange(identifier, request, endpoint.url, sent_at, upload.response, upload.failure)
        return SentMessage(
            message, exchange, unreachable=not upload.accepted_bytes and upload.response is None
        ), upload.accepted_bytes

    def send_plain_http(self, name: str) -> SentMessage:
        """Send an empty, unsigned POST to the same host and path over plain http."""
        url = f"http://{self.endpoint.host}{self.endpoint.target}"
        message = DeliveryDraft("", self.clock(), "", "", "", b"", dropped=("id", "timestamp", "signature"))
        request = Request(OPERATION, "POST", self.endpoint.target, (), b"", identity="")
        identifier, sent_at = self._name_exchange(name), self.clock()
        try:
            with httpx.Client(transport=self._transport, timeout=self._limits.idle_s) as client:
                response = client.post(url, content=b"")
        except httpx.TransportError as error:
            return SentMessage(
                message, Exchange(identifier, request, url, sent_at, failure=str(error)), unreachable=True
            )
        return SentMessage(message, Exchange(identifier, request, url, sent_at, Response(response.status_code)))

    def probe_old_tls(self) -> bool | None:
        """Return whether a handshake of TLS 1.0 or 1.1 succeeds; None if this machine cannot offer one."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", DeprecationWarning)
                context.minimum_version, context.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
            context.set_ciphers("ALL:@SECLEVEL=0")
            with socket.create_connection(
                (self.endpoint.host, self.endpoint.port), self._limits.connect_s
            ) as connection:
                context.wrap_socket(connection, server_hostname=self.endpoint.host).close()
        except ssl.SSLError as error:
            return None if error.reason in {"NO_PROTOCOLS_AVAILABLE", "NO_CIPHERS_AVAILABLE"} else False
        except OSError:
            return False
        return True


def _parse_retry_after(exchange: Exchange) -> float | None:
    """Return how many seconds the receiver asks to wait after 429 or 503; None for any other status."""
    if exchange.response is None or exchange.status not in {429, 503}:
        return None
    text = (exchange.response.find_header("retry-after") or "1").strip()
    return min(float(text), _MAX_WAIT_S) if text.isdigit() else 1.0
