"""Signed deliveries of the built-in server to a receiver: what the provider sends, with no account."""

from collections.abc import Callable, Iterator, Sequence
from urllib.parse import urlsplit

import httpx
import msgspec

from conformance.description import Description
from conformance.errors import UsageError
from conformance.mock_server.assembly import ServerSettings, assemble_server, list_events
from conformance.mock_server.control import CONTROL_PREFIX
from conformance.safety.delivery_gate import refuse_provider
from conformance.webhooks.loopback_server import serve_on_loopback
from conformance.webhooks.signatures import WebhookKey

_DAY_S = 7 * 3600
"""How far the server's clock moves, in seconds: by then a session has ended."""
_RETRIES_S = 3 * 3600
"""Enough for four more attempts at what was refused at the end, in seconds."""
_TIMEOUT_S = 600.0


class SimulatedDay(msgspec.Struct, frozen=True):
    """A day of deliveries: the URL that gets them, the key that signs them, and the events (all where none is named).

    `sessions` begin, and end some hours later; the hours pass at once. `port` is the port of the server, 0 a free one.
    """

    url: str
    secret: str
    events: tuple[str, ...] = ()
    sessions: int = 1
    seed: int = 1
    port: int = 0


class Attempts(msgspec.Struct, frozen=True):
    """The attempts to deliver one message: their statuses, 0 where there was no response."""

    id: str
    event: str = msgspec.field(name="type")
    statuses: tuple[int, ...] = ()
    is_delivered: bool = msgspec.field(name="done", default=False)


class _Messages(msgspec.Struct):
    messages: list[Attempts]


def send_day(day: SimulatedDay, description: Description, announce: Callable[[str], None]) -> tuple[Attempts, ...]:
    """Deliver the events of a day and return the attempts, in the order of the messages.

    `announce` receives a line about the server, then one about each message. Raises UsageError before anything is sent.
    """
    _check_url(day.url)
    WebhookKey(day.secret)
    _check_events(day.events, description)
    server = assemble_server(ServerSettings(seed=day.seed), description)
    delivered: dict[str, Attempts] = {}
    with serve_on_loopback(server, day.port) as origin:
        announce(f"the resources of the deliveries can be read at {origin}{description.model.base_path}")
        with httpx.Client(base_url=origin + CONTROL_PREFIX, trust_env=False, timeout=_TIMEOUT_S) as control:
            endpoint = {"url": day.url, "secret": day.secret, "events": list(day.events)}
            control.post("/webhooks", json=endpoint).raise_for_status()
            for path, content in _list_commands(day):
                control.post(path, json=content).raise_for_status()
                for attempts in msgspec.json.decode(control.get("/webhooks").content, type=_Messages).messages:
                    if delivered.get(attempts.id) != attempts:
                        announce(_describe(attempts))
                    delivered[attempts.id] = attempts
    return tuple(delivered.values())


def _list_commands(day: SimulatedDay) -> Iterator[tuple[str, dict[str, int]]]:
    """Yield the control requests to the server, by path and content."""
    for _ in range(day.sessions):
        yield "/sessions", {}
    yield "/clock", {"seconds": _DAY_S}
    yield "/clock", {"seconds": _RETRIES_S}


def _describe(attempts: Attempts) -> str:
    """Return a line about a message."""
    statuses = ", ".join(str(status) if status else "no response" for status in attempts.statuses) or "not yet sent"
    return f"{attempts.id} {attempts.event}: {statuses}"


def _check_url(url: str) -> None:
    """Raise UsageError where deliveries may not go to a URL."""
    hint = "For example http://127.0.0.1:8000/webhooks"
    try:
        parts = urlsplit(url)
        is_valid = parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError as error:
        raise UsageError(f"--url is not a URL: {error}", hint=hint) from error
    if not is_valid:
        raise UsageError(f"--url must be an http or https URL, got {url!r}", hint=hint)
    refuse_provider(url, "--url")


def _check_events(events: Sequence[str], description: Description) -> None:
    """Raise UsageError for an event that the description does not know."""
    known = sorted(list_events(description))
    if not known:
        raise UsageError("the description has no webhooks", hint="Name another one with --description")
    for event in events:
        if event not in known:
            raise UsageError(f"--event must be an event of the description, got {event!r}", hint=", ".join(known))
