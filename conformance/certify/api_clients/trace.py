"""Trace of a client in one scenario: its requests with their times, and how its process ended. Immutable."""

from collections.abc import Iterator
from enum import StrEnum
from urllib.parse import unquote

import msgspec

from conformance.model import Exchange


class Part(StrEnum):
    """The part of the scenario server that received a request."""

    API = "API"
    TOKEN = "token endpoint"  # noqa: S105 - a name, not a secret
    REVOKE = "revocation endpoint"
    AUTHORIZE = "authorization endpoint"
    CALLBACK = "redirect URI"
    ELSEWHERE = "another origin"
    OTHER = "nothing of the API"


class Call(msgspec.Struct, frozen=True):
    """One request of a client and the response to it, secrets included.

    `at` and `done` are the times of the request and of the response, in seconds since the scenario began. `touched`
    says that the condition of the scenario changed the response, `left` that the client disconnected before it.
    """

    exchange: Exchange
    part: Part
    at: float
    done: float
    touched: bool = False
    left: bool = False

    @property
    def method(self) -> str:
        """The method of the request."""
        return self.exchange.request.method

    @property
    def target(self) -> str:
        """Path and query of the request, relative to the base URL where it went to the API."""
        return self.exchange.request.target

    @property
    def path(self) -> str:
        """The target of the request without its query."""
        return self.target.partition("?")[0]

    @property
    def body(self) -> bytes:
        """The body of the request."""
        return self.exchange.request.body

    @property
    def status(self) -> int:
        """The status of the response, 0 where there is none."""
        return self.exchange.status

    def header(self, name: str) -> str:
        """Return the values of a request header joined by commas, empty where it is absent."""
        return ", ".join(value for key, value in self.exchange.request.headers if key.lower() == name.lower())

    def answered(self, name: str) -> str:
        """Return the first value of a response header, empty where it is absent."""
        return (self.exchange.response.header(name) if self.exchange.response else "") or ""


class How(StrEnum):
    """The ways in which a client process ends."""

    ENDED = "ended by itself"
    LIMIT = "was stopped at its time limit"
    FLOOD = "was stopped, since it sent too many requests"
    STOPPED = "was stopped with the certification"
    OPERATOR = "ran elsewhere"


class Ran(msgspec.Struct, frozen=True):
    """The end of a client process.

    `status` is its exit status (negative: a signal), None where it was stopped or an operator ran it. `output` is the
    beginning of what it wrote, standard output before standard error; `seconds` is how long it ran.
    """

    how: How = How.OPERATOR
    status: int | None = None
    seconds: float = 0.0
    output: str = ""

    @property
    def well(self) -> bool:
        """Return whether the process ended by itself with exit status 0, or an operator ran it."""
        return self.how is How.OPERATOR or (self.how is How.ENDED and self.status == 0)

    @property
    def told(self) -> str:
        """A description of the end, with the last line of output where the client failed."""
        if self.how is How.ENDED:
            description = f"ended with exit status {self.status} after {self.seconds:.1f} s"
        else:
            description = f"{self.how} after {self.seconds:.1f} s"
        last_line = next((line.strip() for line in reversed(self.output.splitlines()) if line.strip()), "")
        return description if self.well or not last_line else f"{description}; last line of output: {last_line[:200]}"


class Handshake(msgspec.Struct, frozen=True):
    """A TLS handshake that a client began: why it failed (empty: it did not), and the bytes received after it."""

    failure: str = ""
    received: bytes = b""


class Trace(msgspec.Struct, frozen=True):
    """Everything observed in one scenario. Times are in seconds; `calls` are in order of arrival.

    `base_url` is the base URL of the scenario, `user` the URL of the user in EVCONFORM_USER, `secrets` are the secrets
    and tokens of the scenario. `control` is the trace of the same task without any condition, `beside` that of the
    scenario to compare with. The waits that the server requires were multiplied by `scale`.
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
        """The requests to the API, in order of arrival."""
        return self.to(Part.API)

    @property
    def touched(self) -> tuple[Call, ...]:
        """The requests whose responses the condition changed."""
        return tuple(call for call in self.calls if call.touched)

    @property
    def ended(self) -> float:
        """The seconds from the start of the scenario to its end."""
        return max(self.ran.seconds, max((call.done for call in self.calls), default=0.0))

    def to(self, *parts: Part) -> tuple[Call, ...]:
        """Return the requests to some parts of the server."""
        return tuple(call for call in self.calls if call.part in parts)

    def after(self, call: Call, *parts: Part) -> tuple[Call, ...]:
        """Return the requests after the response to a request: to the API, or to the given parts."""
        return tuple(later for later in self.to(*(parts or (Part.API,))) if later.at >= call.done)

    def bare(self, call: Call) -> str:
        """Return the target without secrets in its query, which only C25 judges."""
        path, _, query = call.target.partition("?")
        fields = query.split("&")
        harmless = [field for field in fields if unquote(field.partition("=")[2]) not in self.secrets]
        return call.target if harmless == fields else f"{path}?{'&'.join(harmless)}".removesuffix("?")

    def issued(self) -> Iterator[bytes]:
        """Yield the bodies of all responses."""
        return (call.exchange.response.body for call in self.calls if call.exchange.response)
