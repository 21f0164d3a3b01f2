"""What a client did in one case: its requests with their times, and how its process ended. Frozen."""

from collections.abc import Iterator
from enum import StrEnum
from urllib.parse import unquote

import msgspec

from conformance.model import Exchange


class Part(StrEnum):
    """Which part of the server a request came to."""

    API = "API"
    TOKEN = "token endpoint"  # noqa: S105 - a name, not a secret
    REVOKE = "revocation endpoint"
    AUTHORIZE = "authorization endpoint"
    CALLBACK = "redirect URI"
    ELSEWHERE = "another origin"
    OTHER = "nothing of the API"


class Call(msgspec.Struct, frozen=True):
    """One request and its answer, secrets and all. `at` and `done` are seconds since the case began.

    `touched` tells that the condition of the case was in the answer, `left` that the client went before it came.
    """

    exchange: Exchange
    part: Part
    at: float
    done: float
    touched: bool = False
    left: bool = False

    @property
    def method(self) -> str:
        """The method."""
        return self.exchange.request.method

    @property
    def target(self) -> str:
        """Path and query, below the base URL for a request to the API."""
        return self.exchange.request.target

    @property
    def path(self) -> str:
        """The target without its query."""
        return self.target.partition("?")[0]

    @property
    def body(self) -> bytes:
        """The body that was sent."""
        return self.exchange.request.body

    @property
    def status(self) -> int:
        """The status answered, 0 where the connection was cut."""
        return self.exchange.status

    def header(self, name: str) -> str:
        """The values of a request header joined by commas, empty where it is absent."""
        return ", ".join(value for key, value in self.exchange.request.headers if key.lower() == name.lower())

    def answered(self, name: str) -> str:
        """The first value of a header of the answer, empty where it is absent."""
        return (self.exchange.response.header(name) if self.exchange.response else "") or ""


class How(StrEnum):
    """How a client's process came to its end."""

    ENDED = "ended by itself"
    LIMIT = "was stopped at its time limit"
    FLOOD = "was stopped, since it sent too many requests"
    STOPPED = "was stopped with the certification"
    OPERATOR = "ran elsewhere"


class Ran(msgspec.Struct, frozen=True):
    """How the process ended: `status` is its exit status (negative: a signal), None where we did not start it.

    `output` is the beginning of what it wrote, standard output first; `seconds` is how long it ran.
    """

    how: How = How.OPERATOR
    status: int | None = None
    seconds: float = 0.0
    output: str = ""

    @property
    def well(self) -> bool:
        """Whether nothing speaks against it having done its task."""
        return self.how is How.OPERATOR or (self.how is How.ENDED and self.status == 0)

    @property
    def told(self) -> str:
        """How it ended, in words, with the last thing that it said where it did not end well."""
        if self.how is How.ENDED:
            words = f"ended with exit status {self.status} after {self.seconds:.1f} s"
        else:
            words = f"{self.how} after {self.seconds:.1f} s"
        last = next((line.strip() for line in reversed(self.output.splitlines()) if line.strip()), "")
        return words if self.well or not last else f"{words}; it said: {last[:200]}"


class Handshake(msgspec.Struct, frozen=True):
    """A TLS handshake that a client began: why it failed, empty where it did not, and what came after it."""

    failure: str = ""
    received: bytes = b""


class Trace(msgspec.Struct, frozen=True):
    """Everything seen in one case. Times are in seconds; `calls` stand in the order in which they arrived.

    `base_url` is the case's, `user` the URL of the user that it was told of, `client_secret` its own. `control` is the
    same task without any condition, `beside` the case that this one is compared with. `scale` is what waits that the
    server asks for were multiplied with.
    """

    calls: tuple[Call, ...]
    ran: Ran = Ran()
    base_url: str = ""
    user: str = ""
    scale: float = 1.0
    secrets: frozenset[str] = frozenset()
    handshakes: tuple[Handshake, ...] = ()
    control: "Trace | None" = None
    beside: "Trace | None" = None

    @property
    def api(self) -> tuple[Call, ...]:
        """The requests to the API."""
        return self.to(Part.API)

    @property
    def touched(self) -> tuple[Call, ...]:
        """The requests that met the condition."""
        return tuple(each for each in self.calls if each.touched)

    @property
    def ended(self) -> float:
        """When the case was over: as long as this nothing more came."""
        return max(self.ran.seconds, max((each.done for each in self.calls), default=0.0))

    def to(self, *parts: Part) -> tuple[Call, ...]:
        """The requests to parts of the server."""
        return tuple(each for each in self.calls if each.part in parts)

    def after(self, call: Call, *parts: Part) -> tuple[Call, ...]:
        """What came after the answer to a request: to the API, or to the parts named."""
        return tuple(each for each in self.to(*(parts or (Part.API,))) if each.at >= call.done)

    def bare(self, call: Call) -> str:
        """The target without secrets that the client put into its query: C25 judges that, and nothing else."""
        path, _, query = call.target.partition("?")
        parts = query.split("&")
        kept = [each for each in parts if unquote(each.partition("=")[2]) not in self.secrets]
        return call.target if kept == parts else f"{path}?{'&'.join(kept)}".removesuffix("?")

    def issued(self) -> Iterator[bytes]:
        """The bodies that the server answered."""
        return (each.exchange.response.body for each in self.calls if each.exchange.response)
