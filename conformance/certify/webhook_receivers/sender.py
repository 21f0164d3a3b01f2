"""The sender of messages to the named endpoint, no faster than agreed."""

import socket
import ssl
import threading
import time
import warnings
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpx
import msgspec

from conformance.certify.webhook_receivers.messages import USER_AGENT, DeliveryDraft
from conformance.certify.webhook_receivers.raw_connection import Address
from conformance.certify.webhook_receivers.response_verdicts import OPERATION, SentMessage
from conformance.certify.webhook_receivers.simultaneous import send_simultaneously
from conformance.certify.webhook_receivers.upload import upload_body
from conformance.errors import UsageError
from conformance.model import Exchange, Request, Response
from conformance.network.channel import Channel, Limits, NoResponseError, NotSentError
from conformance.safety.delivery_gate import DeliveryGate, refuse_provider
from conformance.targets.resolver import is_loopback
from conformance.tools.counts import parse_count

RESPONSE_TIMEOUT_S = 15.0
"""How long a delivery may take, in seconds (Svix documentation, "Retries")."""
DEFAULT_RATE = 50.0
"""Deliveries a second, when they are sent one after the other."""
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
        is_direct = self.is_local or proxy_bypass(parts.netloc)
        self.has_proxy = not is_direct and bool({parts.scheme, "all"} & set(getproxies()))

    @property
    def address(self) -> Address:
        """Return the address for a connection of its own."""
        return Address(self.host, self.port, self.target, self.is_secure)


_HINT = "For example https://partner.example/webhooks"


class MessageSender:
    """A sender to one endpoint: at most `rate` deliveries a second in sequence, at most `concurrency` at once."""

    def __init__(  # noqa: PLR0913 - its bounds, and the edges that tests replace
        self,
        endpoint: Endpoint,
        *,
        rate: float = DEFAULT_RATE,
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
        self._channel = self._open_channel()
        self._count, self._lock = 0, threading.Lock()
        self.spreads_s: list[float] = []  # of the copies of one message, where they were sent together

    def _open_channel(self) -> Channel:
        """Return a channel to the endpoint: a connection is not used again after a refusal."""
        origin = self.endpoint.origin
        return Channel(
            origin,
            {},
            DeliveryGate(origin),
            agent=USER_AGENT,
            transport=self._transport,
            limits=self._limits,
            keeps_refused=False,
        )

    @property
    def can_connect_directly(self) -> bool:
        """Return whether the sender can open connections itself, without a proxy or a test double."""
        return self._transport is None and not self.endpoint.has_proxy

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

    def send_copies(self, message: DeliveryDraft, count: int, name: str) -> list[SentMessage]:
        """Send copies of a message that arrive together, up to the agreed concurrency.

        A copy without a response is sent once more by itself: a full queue of connections says nothing about races.
        """
        count = min(count, self._concurrency)
        if not self.can_connect_directly:
            return self.send_all([message] * count, name)
        sent_at, limit_s = self.clock(), self._limits.total_s
        try:
            responses = send_simultaneously(
                self.endpoint.address, message.headers, message.body, count=count, seconds=limit_s
            )
        except OSError:
            return self.send_all([message] * count, name)
        self.spreads_s.append(responses.spread_s)
        return [
            self._send(message, name) if isinstance(outcome, str) else self._build_sent(message, name, sent_at, outcome)
            for outcome in responses.outcomes
        ]

    def _wait(self) -> None:
        """Wait for the turn of the next delivery."""
        now = time.monotonic()
        if now < self._next:
            self.sleep(self._next - now)
        self._next = max(now, self._next) + self._gap

    def _send(self, message: DeliveryDraft, name: str) -> SentMessage:
        """Send a message now; once more on a new connection if one broke that the peer may just have closed."""
        request, sent_at = self._build_request(message), self.clock()
        try:
            return self._build_sent(message, name, sent_at, self._channel.send(request))
        except (NotSentError, NoResponseError) as error:
            if not _is_worth_repeating(error):
                return self._build_sent(message, name, sent_at, str(error), is_unreachable=_is_unreachable(error))
        with self._open_channel() as channel:
            try:
                return self._build_sent(message, name, sent_at, channel.send(request))
            except (NotSentError, NoResponseError) as error:
                return self._build_sent(message, name, sent_at, str(error), is_unreachable=_is_unreachable(error))

    def _build_request(self, message: DeliveryDraft) -> Request:
        """Return the request of a message."""
        return Request(OPERATION, message.method, self.endpoint.target, message.headers, message.body, identity="")

    def _build_sent(
        self,
        message: DeliveryDraft,
        name: str,
        sent_at: float,
        outcome: Response | str,
        *,
        is_unreachable: bool = False,
    ) -> SentMessage:
        """Return a message with its exchange; `outcome` is the response, or the failure in words."""
        response, failure = (None, outcome) if isinstance(outcome, str) else (outcome, "")
        request, identifier = self._build_request(message), self._name_exchange(name)
        exchange = Exchange(identifier, request, self.endpoint.url, sent_at, response, failure)
        return SentMessage(message, exchange, is_unreachable)

    def _name_exchange(self, name: str) -> str:
        """Return a new id for an exchange."""
        with self._lock:
            self._count += 1
            return f"w{self._count}-{name.replace(' ', '-')}"

    def upload(self, message: DeliveryDraft, name: str, size: int, *, is_chunked: bool) -> SentMessage:
        """Send a body, filled up with spaces to this size, until a response arrives or time is up.

        The connection is its own. A connection that breaks without a response is tried once more.
        """
        self._wait()
        padding = max(size - len(message.body), 0)
        if not self.can_connect_directly:
            framing = (("Transfer-Encoding", "chunked"),) if is_chunked else ()
            body = message.body + b" " * padding
            whole = msgspec.structs.replace(message, body=body, extra=(*message.extra, *framing))
            sent = msgspec.structs.replace(self._send(whole, name), message=message)
            return msgspec.structs.replace(sent, padding=padding, accepted_bytes=len(body))
        sent_at = self.clock()
        for _ in range(2):
            upload = upload_body(
                self.endpoint.address,
                message.headers,
                message.body,
                size=len(message.body) + padding,
                is_chunked=is_chunked,
                seconds=self._limits.total_s,
            )
            if upload.response is not None:
                break
        sent = self._build_sent(message, name, sent_at, upload.response or upload.failure)
        is_unreachable = not upload.accepted_bytes and upload.response is None
        return msgspec.structs.replace(
            sent, unreachable=is_unreachable, padding=padding, accepted_bytes=upload.accepted_bytes
        )

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


def _is_unreachable(error: NotSentError | NoResponseError) -> bool:
    """Return whether no connection was made."""
    return isinstance(error.__cause__, httpx.ConnectError | httpx.ConnectTimeout)


def _is_worth_repeating(error: NotSentError | NoResponseError) -> bool:
    """Return whether a connection broke that may have been closed before the request."""
    return isinstance(error, NoResponseError) and not error.slow and not _is_unreachable(error)


def _parse_retry_after(exchange: Exchange) -> float | None:
    """Return how many seconds the receiver asks to wait after 429 or 503; None for any other status."""
    if exchange.response is None or exchange.status not in {429, 503}:
        return None
    text = (exchange.response.find_header("retry-after") or "1").strip()
    seconds = parse_count(text)
    return 1.0 if seconds is None else min(seconds, _MAX_WAIT_S)
