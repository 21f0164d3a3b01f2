"""A delivery that reached an endpoint, and what stands in it."""

from functools import cached_property
from typing import Any

import msgspec

from conformance.answers import UNREADABLE
from conformance.description.guards import depth
from conformance.model import Headers

_DEEPEST = 64  # levels of nesting that are read: what judges them is recursive


class Delivery(msgspec.Struct, frozen=True, dict=True):
    """One delivery as it arrived. `arrived_at` is in seconds since 1970, 0 where nobody wrote it down.

    `answered` is the status that the endpoint gave, 0 where it is not known.
    """

    headers: Headers
    body: bytes
    arrived_at: float = 0.0
    target: str = "/"
    answered: int = 0

    def header(self, name: str) -> str:
        """The first value of a header, empty where there is none; `webhook-*` stands in for an absent `svix-*`."""
        found = self._first(name)
        return found or (self._first("webhook-" + name.removeprefix("svix-")) if name.startswith("svix-") else "")

    def _first(self, name: str) -> str:
        return next((value for key, value in self.headers if key.lower() == name), "")

    @property
    def id(self) -> str:
        """The id of the message."""
        return self.header("svix-id")

    @cached_property
    def json(self) -> Any:
        """The body as JSON, UNREADABLE where it is none."""
        try:
            value = msgspec.json.decode(self.body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return UNREADABLE
        return UNREADABLE if depth(value) > _DEEPEST else value

    @property
    def event(self) -> str:
        """The type that the signed body tells; the header stands outside the signature."""
        value = self.json.get("type") if isinstance(self.json, dict) else None
        return value if isinstance(value, str) else ""

    @property
    def data(self) -> dict[str, Any]:
        """The resource that the event is about, empty where it holds none."""
        value = self.json.get("data") if isinstance(self.json, dict) else None
        return value if isinstance(value, dict) else {}
