"""Trace of a client in one scenario: its requests with their times, and how its process ended. Immutable."""

import re
import signal
from collections.abc import Iterator
from enum import StrEnum
from functools import lru_cache
from itertools import pairwise
from urllib.parse import parse_qsl

import msgspec

from conformance.model import Exchange
from conformance.tools.secret_forms import MIN_SECRET_LENGTH, SecretForms


class ServerPart(StrEnum):
    """The part of the scenario server that received a request."""

    API = "API"
    TOKEN = "token endpoint"  # noqa: S105 - a name, not a secret
    REVOKE = "revocation endpoint"
    AUTHORIZE = "authorization endpoint"
    CALLBACK = "redirect URI"
    ELSEWHERE = "another origin"
    OTHER = "nothing of the API"


class ClientCall(msgspec.Struct, frozen=True):
    """One request of a client and the response to it, secrets included.

    `requested_at` and `responded_at` are the times of the request and of the response, in seconds since the scenario
    began; a client has the response no earlier than `responded_at`. `is_affected` says that the client got a response
    that the condition of the scenario changed, or waited for one, `is_abandoned` that it disconnected before it.
    """

    exchange: Exchange
    part: ServerPart
    requested_at: float
    responded_at: float
    is_affected: bool = False
    is_abandoned: bool = False

    @property
    def method(self) -> str:
        """Return the method of the request."""
        return self.exchange.request.method

    @property
    def target(self) -> str:
        """Return the path and query of the request, relative to the base URL where it went to the API."""
        return self.exchange.request.target

    @property
    def path(self) -> str:
        """Return the target of the request without its query."""
        return self.target.partition("?")[0]

    @property
    def body(self) -> bytes:
        """Return the body of the request."""
        return self.exchange.request.body

    @property
    def status(self) -> int:
        """Return the status of the response, 0 where there is none."""
        return self.exchange.status

    def request_header(self, name: str) -> str:
        """Return the values of a request header joined by commas, empty where it is absent."""
        return ", ".join(value for key, value in self.exchange.request.headers if key.lower() == name.lower())

    def response_header(self, name: str) -> str:
        """Return the first value of a response header, empty where it is absent."""
        return (self.exchange.response.find_header(name) if self.exchange.response else "") or ""


MAX_OUTPUT = 32 * 1024
"""Bytes of each stream of a client's output that are kept."""


class ProcessEnd(StrEnum):
    """The ways in which a client process ends."""

    ENDED = "ended by itself"
    TIME_LIMIT = "was stopped at its time limit"
    FLOOD = "was stopped, since it sent too many requests"
    STOPPED = "was stopped with the certification"
    OPERATOR = "ran elsewhere"


class ProcessResult(msgspec.Struct, frozen=True):
    """The end of a client process.

    `exit_status` is its exit status (negative: a signal), None where it was stopped or an operator ran it. `output` is
    the beginning of what it wrote, standard output before standard error; `seconds` is how long it ran.
    `is_suspended` says that a signal suspended it for some time.
    """

    end: ProcessEnd = ProcessEnd.OPERATOR
    exit_status: int | None = None
    seconds: float = 0.0
    output: str = ""
    is_suspended: bool = False

    @property
    def is_successful(self) -> bool:
        """Return whether the process ended by itself with exit status 0, or an operator ran it."""
        return self.end is ProcessEnd.OPERATOR or (self.end is ProcessEnd.ENDED and self.exit_status == 0)

    @property
    def description(self) -> str:
        """Return a description of the end, with the line of output that names the error where the client failed."""
        if self.end is ProcessEnd.ENDED:
            description = f"ended with exit status {self.exit_status} after {self.seconds:.1f} s"
        else:
            description = f"{self.end} after {self.seconds:.1f} s"
        if self.exit_status is not None and self.exit_status < 0:
            description += f" (killed by {_name_signal(-self.exit_status)})"
        line = find_error_line(self.output)
        return description if self.is_successful or not line else f"{description}; its output says: {line[:200]}"


def find_error_line(output: str) -> str:
    """Return the line of an output that names the error: the first one, or the one that ends a Python traceback.

    Frames of a stack, which other languages print after the error, are no such lines.
    """
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    starts = [number for number, line in enumerate(lines) if line.startswith("Traceback (most recent call last)")]
    if starts:
        return next((line for line in lines[starts[-1] + 1 :] if _PYTHON_ERROR.match(line)), lines[-1])
    for pattern in (_NAMED_ERROR, _ERROR):
        if named := next((line for line in lines if pattern.search(line)), ""):
            return named
    return lines[-1] if lines else ""


def _name_signal(number: int) -> str:
    try:
        return f"{signal.Signals(number).name}, {signal.strsignal(number)}"
    except ValueError:
        return f"signal {number}"


_PYTHON_ERROR = re.compile(r"[A-Za-z_][\w.]*(Error|Exception|Exit|Interrupt|Warning|Refused\w*)?(:|$)")
_NAMED_ERROR = re.compile(r"^(Uncaught |Exception in thread .*)?[\w.]*(Error|Exception|panic)\w*( \[.*\])?:")
_ERROR = re.compile(r"error|exception|panic|fatal|refused|failed", re.IGNORECASE)


class Handshake(msgspec.Struct, frozen=True):
    """A TLS handshake that a client began: why it failed (empty: it did not), and the bytes received after it."""

    failure: str = ""
    received: bytes = b""


class Trace(msgspec.Struct, frozen=True):
    """Everything observed in one scenario of a `task`. Times are in seconds; `calls` are in order of arrival.

    `base_url` is the base URL of the scenario, `user` the URL of the user in EVCONFORM_USER, `secrets` are the secrets
    and tokens of the scenario. `control` is the trace of the same task without any condition, `comparison`
    that of the scenario to compare with. The waits that the server requires were multiplied by `scale`. `stall_s` is
    the longest time in seconds for which the server stood still.
    """

    calls: tuple[ClientCall, ...]
    process: ProcessResult = ProcessResult()
    base_url: str = ""
    user: str = ""
    scale: float = 1.0
    secrets: frozenset[str] = frozenset()
    handshakes: tuple[Handshake, ...] = ()
    control: "Trace | None" = None
    comparison: "Trace | None" = None
    task: str = ""
    stall_s: float = 0.0

    @property
    def api_calls(self) -> tuple[ClientCall, ...]:
        """Return the requests to the API, in order of arrival."""
        return self.select_calls(ServerPart.API)

    @property
    def affected_calls(self) -> tuple[ClientCall, ...]:
        """Return the requests whose responses the condition changed."""
        return tuple(call for call in self.calls if call.is_affected)

    @property
    def duration_s(self) -> float:
        """Return the seconds from the start of the scenario to its end."""
        return max(self.process.seconds, max((call.responded_at for call in self.calls), default=0.0))

    def select_calls(self, *parts: ServerPart) -> tuple[ClientCall, ...]:
        """Return the requests to some parts of the server."""
        return tuple(call for call in self.calls if call.part in parts)

    def select_calls_after(self, call: ClientCall, *parts: ServerPart) -> tuple[ClientCall, ...]:
        """Return the requests after the response to a request: to the API, or to the given parts."""
        return tuple(
            later
            for later in self.select_calls(*(parts or (ServerPart.API,)))
            if later.requested_at >= call.responded_at
        )

    @property
    def idle_gaps_s(self) -> tuple[float, ...]:
        """Return the seconds between a response and the next request, for requests one after the other."""
        calls = self.calls
        gaps = (later.requested_at - earlier.responded_at for earlier, later in pairwise(calls))
        return tuple(gap for gap in gaps if gap >= 0)

    def shows_secret(self, text: str) -> bool:
        """Return whether a text shows a secret of the scenario in any usual form, also reversed."""
        return _build_secret_forms(self.secrets).is_shown(text)

    def shows_half_secret(self, query: str) -> bool:
        """Return whether a value in a query is half of a secret of the scenario or more; a blank may be a plus."""
        values = {value.casefold() for _, value in parse_qsl(query) if len(value) >= MIN_SECRET_LENGTH}
        values |= {value.replace(" ", "+") for value in values}
        return any(
            value in secret.casefold() and len(value) >= len(secret) // 2 for secret in self.secrets for value in values
        )

    def remove_secrets(self, call: ClientCall) -> str:
        """Return the target without secrets in its query, which only C25 judges."""
        path, _, query = call.target.partition("?")
        if not query:
            return call.target
        fields = query.split("&")
        harmless = [field for field in fields if not (self.shows_secret(field) or self.shows_half_secret(field))]
        return call.target if harmless == fields else f"{path}?{'&'.join(harmless)}".removesuffix("?")

    def iterate_response_bodies(self) -> Iterator[bytes]:
        """Yield the bodies of all responses."""
        return (call.exchange.response.body for call in self.calls if call.exchange.response)


@lru_cache(maxsize=256)
def _build_secret_forms(secrets: frozenset[str]) -> SecretForms:
    return SecretForms({text: text for secret in secrets for text in (secret, secret[::-1])})
