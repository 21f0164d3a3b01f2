"""One request and its response as a file of traffic holds them, before they are matched with a description."""

from typing import NamedTuple

from conformance.model import Headers


class TrafficEntry(NamedTuple):
    """A request with its response. `url` is absolute; `started_at` is in seconds since 1970, 0 where it is unknown.

    `has_body` is False where the file says that there was a response body, and does not hold it. `identity` is the name
    that a run log gives to the sender; other files tell senders apart by their credentials alone. `id` is the name that
    a run log gives to the exchange.
    """

    method: str
    url: str
    request_headers: Headers = ()
    request_body: bytes = b""
    status: int = 0
    response_headers: Headers = ()
    response_body: bytes = b""
    started_at: float = 0.0
    elapsed_s: float = 0.0
    has_body: bool = True
    identity: str | None = None
    id: str = ""


class LeftOut(NamedTuple):
    """A part of a file that is not judged: the reason, the same for all of its kind, and the first place of it."""

    reason: str
    place: str


class UnreadableEntryError(ValueError):
    """An entry is not what its format says; the message does not depend on its values."""
