"""A delivery that reached an endpoint, and its content."""

from functools import cached_property
from typing import Any

import msgspec

from conformance.description.limits import measure_depth
from conformance.evidence.json_bodies import UNREADABLE
from conformance.model import Headers

_DEEPEST = 64  # levels of nesting that are read, as the checks are recursive


class Delivery(msgspec.Struct, frozen=True, dict=True):
    """One delivery as it arrived.

    `arrived_at` is in seconds since 1970, 0 if not recorded. `response_status` is the status of the response, 0 if
    unknown.
    """

    headers: Headers
    body: bytes
    arrived_at: float = 0.0
    target: str = "/"
    response_status: int = 0

    def find_header(self, name: str) -> str:
        """Return the first value of a header, empty if there is none; `webhook-*` replaces an absent `svix-*`."""
        value = self._find_header(name)
        return value or (self._find_header("webhook-" + name.removeprefix("svix-")) if name.startswith("svix-") else "")

    def list_values(self, name: str) -> tuple[str, ...]:
        """Return all values of the header of exactly that name."""
        return tuple(value for key, value in self.headers if key.lower() == name)

    def _find_header(self, name: str) -> str:
        """Return the first value of the header of exactly that name."""
        return next((value for key, value in self.headers if key.lower() == name), "")

    @property
    def id(self) -> str:
        """Return the id of the message."""
        return self.find_header("svix-id")

    @cached_property
    def json(self) -> Any:
        """Return the body as JSON, UNREADABLE if it is not JSON."""
        try:
            value = msgspec.json.decode(self.body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return UNREADABLE
        return UNREADABLE if measure_depth(value) > _DEEPEST else value

    @property
    def event(self) -> str:
        """Return the event type in the signed body; the header is outside the signature."""
        value = self.json.get("type") if isinstance(self.json, dict) else None
        return value if isinstance(value, str) else ""

    @property
    def data(self) -> dict[str, Any]:
        """Return the resource of the event, empty if there is none."""
        value = self.json.get("data") if isinstance(self.json, dict) else None
        return value if isinstance(value, dict) else {}
