"""Webhooks as Svix delivers them: signed, retried on a schedule by the server's clock, kept for inspection.

Events are those of the description's `webhooks`: `<resource>.created` when a record appears, `<resource>.ended` when
its `end` is set.
"""

import heapq
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import msgspec
from standardwebhooks import Webhook

from conformance.mock_server import clock
from conformance.mock_server.hooks import Hooks, apply_hooks
from conformance.mock_server.renderer import encode_json
from conformance.mock_server.world.store import StoredRecord, Verb

# Svix documentation, "Retries": at once, then after each of these, counted from the attempt before.
SCHEDULE = tuple(s * clock.SECOND for s in (5, 5 * 60, 30 * 60, 2 * 3600, 5 * 3600, 10 * 3600, 10 * 3600))
_TIMEOUT = 15.0

Post = Callable[[str, dict[str, str], bytes], Awaitable[int]]


@dataclass(frozen=True, slots=True)
class WebhookEndpoint:
    """An address that receives deliveries, its secret, and the events that it receives: all where none is named."""

    url: str
    secret: str
    events: frozenset[str] = frozenset()


@dataclass(slots=True)
class QueuedMessage:
    """One message to one endpoint, with the statuses of its attempts; 0 where there was no response."""

    id: str
    event: str
    url: str
    secret: str
    body: bytes
    statuses: list[int] = field(default_factory=list)
    attempted_at: list[int] = field(default_factory=list)
    is_delivered: bool = False


async def _post(url: str, headers: dict[str, str], body: bytes) -> int:
    import httpx  # noqa: PLC0415 - only a server with webhook endpoints needs it

    try:
        async with httpx.AsyncClient(timeout=_TIMEOUT, trust_env=False) as client:
            response = await client.post(url, headers=headers, content=body)
    except httpx.HTTPError:
        return 0
    return response.status_code


class WebhookQueue:
    """Webhook endpoints, the queue of attempts by due time, and all messages."""

    def __init__(
        self, events: frozenset[str], render_record: Callable[[StoredRecord], Any], now: Callable[[], int], hooks: Hooks
    ) -> None:
        self._events = events
        self._show = render_record
        self._now = now
        self._hooks = hooks
        self._due: list[tuple[int, int, QueuedMessage]] = []
        self._serial = 0
        self.post: Post = _post
        self.endpoints: list[WebhookEndpoint] = []
        self.messages: list[QueuedMessage] = []

    def queue_events(self, verb: Verb, record: StoredRecord, before: dict[str, Any]) -> None:
        """Queue the webhook events of a change to a record."""
        ended = verb == "changed" and before.get("end", "") is None and record.data.get("end") is not None
        happened = "created" if verb == "created" else "ended" if ended else ""
        event = f"{re.sub('s$', '', record.resource)}.{happened}"
        if happened and event in self._events and self.endpoints:
            payload = {"type": event, "timestamp": clock.format_time(self._now()), "data": self._show(record)}
            payload = apply_hooks(self._hooks.data, event, payload)
            for endpoint in self.endpoints:
                if not endpoint.events or event in endpoint.events:
                    self._enqueue(event, endpoint.url, endpoint.secret, encode_json(payload))

    def _enqueue(self, event: str, url: str, secret: str, body: bytes) -> None:
        message = QueuedMessage(f"msg_{self._next_serial():024d}", event, url, secret, body)
        self.messages.append(message)
        heapq.heappush(self._due, (self._now(), self._next_serial(), message))

    def _next_serial(self) -> int:
        self._serial += 1
        return self._serial

    @property
    def next_due(self) -> int | None:
        """Return the time of the next attempt in microseconds, None where nothing waits."""
        return self._due[0][0] if self._due else None

    async def deliver_due(self) -> int:
        """Make the attempts that are due, and return their number."""
        made = 0
        while self._due and self._due[0][0] <= self._now():
            moment, _, message = heapq.heappop(self._due)
            await self._send_attempt(message)
            made += 1
            if not message.is_delivered and len(message.statuses) <= len(SCHEDULE):
                wait = SCHEDULE[len(message.statuses) - 1]
                heapq.heappush(self._due, (max(moment, self._now() - wait) + wait, self._next_serial(), message))
        return made

    async def _send_attempt(self, message: QueuedMessage) -> None:
        """Sign a message with the machine's time, which a receiver compares with its own, and send it."""
        signed_at = datetime.now(UTC)
        sent = {
            "content-type": "application/json",
            "user-agent": "Svix-Webhooks/1.0",
            "svix-id": message.id,
            "svix-timestamp": str(int(signed_at.timestamp())),
            "svix-signature": Webhook(message.secret).sign(message.id, signed_at, message.body.decode()),
            "svix-event-type": message.event,
        }
        sent, body = apply_hooks(self._hooks.message, message, (sent, message.body))
        status = await self.post(message.url, sent, body)
        message.statuses.append(status)
        message.attempted_at.append(self._now())
        message.is_delivered = 200 <= status < 300

    def list_messages(self) -> list[dict[str, Any]]:
        """Return everything sent or waiting, oldest first."""
        return [
            {
                "id": message.id, "type": message.event, "url": message.url,
                "statuses": message.statuses, "done": message.is_delivered,
                "attempted_at": [clock.format_time(moment) for moment in message.attempted_at],
                "payload": msgspec.json.decode(message.body),
            }
            for message in self.messages
        ]  # fmt: skip
