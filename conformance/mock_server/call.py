"""A request on its way through the server, and the response it gets."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from conformance.mock_server.tokens import Grant
from conformance.mock_server.world.store import StoredRecord
from conformance.model import Operation

JSON = "application/json"


@dataclass(slots=True)
class ServerCall:
    """A request that found its operation. `base` is the API's base URL as the client sees it.

    `user` is the id of the user in whose name it is made, from the token or the user header; None for no user.
    """

    operation: Operation
    method: str
    path: str
    base: str
    query: tuple[tuple[str, str], ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    path_values: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    grant: Grant | None = None
    user: str | None = None

    def last_query_value(self, name: str) -> str | None:
        """Return the last value of a query parameter, None where it is absent."""
        last_value = None
        for key, value in self.query:
            if key == name:
                last_value = value
        return last_value

    def query_values(self, name: str) -> list[str]:
        """Return all values of a query parameter, in order."""
        return [value for key, value in self.query if key == name]


@dataclass(slots=True)
class ServerResponse:
    """A response before it is encoded: `body` is JSON data, or `raw` the finished bytes.

    `media` is empty where there is no body.
    """

    status: int
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    media: str = JSON
    raw: bytes | None = None


@dataclass(frozen=True, slots=True)
class RecordPosition:
    """The position of a rendered record: in a list or alone, its index on the page and its offset in the whole walk."""

    record: StoredRecord
    is_listed: bool = False
    index: int = 0
    offset: int = 0
