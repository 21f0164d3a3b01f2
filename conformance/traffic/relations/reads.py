"""The reads and writes of some traffic, in the order of time, reads by request. Pure."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cached_property
from urllib.parse import parse_qsl

from conformance.evidence.responses import OperationResponse
from conformance.evidence.urls import extract_path
from conformance.model import Exchange, Operation, Outcome, ResourceModel, Role

_MAX_BYTES = 48 * 1024 * 1024  # of response bodies that are kept, so that memory does not grow with the traffic
_NEAR_S, _NEAR_READS = 30.0, 30  # apart, in which the world hardly moves
_CONTEXT_HEADERS = frozenset({"evenergy-user", "accept-language"})
Query = tuple[tuple[str, str], ...]
Context = tuple[str, ...]


class Read:
    """One request, mostly a GET, and its response.

    `context` says whose data it shows: the sender, and the user it acts for.
    """

    __slots__ = ("__dict__", "exchange", "operation")

    def __init__(self, exchange: Exchange, operation: Operation) -> None:
        self.exchange, self.operation = exchange, operation

    @property
    def response(self) -> OperationResponse:
        """Return the response, parsed anew each time: parsed bodies take several times the memory."""
        return OperationResponse(self.exchange, self.operation)

    @property
    def is_success(self) -> bool:
        """Return whether the status is 2xx and the whole body is known."""
        response = self.exchange.response
        return response is not None and 200 <= response.status < 300 and not response.cut

    @property
    def is_answered(self) -> bool:
        """Return whether the API answered, and no gateway for it, and the whole body is known."""
        response = self.exchange.response
        return response is not None and not response.is_unavailable and not response.cut

    @property
    def began(self) -> float:
        """Return when the request was sent, in seconds since 1970."""
        return self.exchange.sent_at

    @property
    def ended(self) -> float:
        """Return when the response was complete, in seconds since 1970."""
        return self.exchange.sent_at + (self.exchange.response.elapsed_s if self.exchange.response else 0.0)

    @cached_property
    def path(self) -> str:
        """Return the path below the base URL."""
        return extract_path(self.exchange.request.target)

    @cached_property
    def query(self) -> Query:
        """Return the query parameters in a fixed order, so that spellings of one request are equal."""
        return tuple(sorted(parse_qsl(self.exchange.request.target.partition("?")[2], keep_blank_values=True)))

    @cached_property
    def expand(self) -> tuple[str, ...]:
        """Return the requested expansions."""
        return tuple(value for name, value in self.query if name == "expand")

    @cached_property
    def plain_query(self) -> Query:
        """Return the query without expansions."""
        return tuple(pair for pair in self.query if pair[0] != "expand")

    @cached_property
    def context(self) -> Context:
        """Return the sender, and the headers on which the response depends."""
        request = self.exchange.request
        headers = (f"{n.lower()}: {v}" for n, v in request.headers if n.lower() in _CONTEXT_HEADERS)
        return (request.identity, *sorted(headers))


class Reads:
    """All reads of the traffic, and its writes."""

    def __init__(self, exchanges: Iterable[Exchange], model: ResourceModel) -> None:
        self.left_out = 0
        """Reads whose bodies would have been too much to keep."""
        self.all: list[Read] = []
        self.writes: list[Read] = []
        """Requests with an unsafe method of an operation, and their responses."""
        self._writes: list[float] = []
        size = 0
        for exchange in exchanges:
            operation = model.operations_by_key.get(exchange.request.operation)
            if not exchange.request.is_safe:
                self._writes.append(exchange.sent_at)
            is_write = not exchange.request.is_safe
            if operation is None or exchange.response is None or not (is_write or exchange.request.method == "GET"):
                continue
            size += len(exchange.response.body)
            if size > _MAX_BYTES:
                self.left_out += 1
                continue
            (self.writes if is_write else self.all).append(Read(exchange, operation))
        self.all.sort(key=lambda read: read.began)
        self.writes.sort(key=lambda write: write.began)
        self._writes.sort()
        self._by_id = {read.exchange.id: read.exchange for read in (*self.all, *self.writes)}
        self._moments = [read.began for read in self.all]
        self._by_request: dict[tuple[str, Context, Query], list[Read]] = defaultdict(list)
        for read in self.all:
            self._by_request[read.path, read.context, read.query].append(read)

    def find_exchange(self, outcome: Outcome) -> Exchange | None:
        """Return the exchange that an outcome rests on first."""
        return self._by_id.get(next(iter(outcome.exchanges), ""))

    @property
    def lists(self) -> Iterator[Read]:
        """Return the successful reads of lists."""
        return (read for read in self.all if read.operation.role is Role.LIST and read.is_success)

    def has_write(self, begin: float, end: float) -> bool:
        """Return whether the traffic wrote anything between two moments."""
        return bisect_left(self._writes, begin) < bisect_right(self._writes, end)

    def are_near(self, one: float, other: float) -> bool:
        """Return whether two moments are so near that the world hardly moved: in seconds, and in reads."""
        first, last = sorted((one, other))
        return (
            last - first <= _NEAR_S
            and bisect_left(self._moments, last) - bisect_left(self._moments, first) <= _NEAR_READS
        )

    def find_same(self, read: Read, query: Query) -> list[Read]:
        """Return the successful reads of the same path and context with another query, in the order of time."""
        return [other for other in self._by_request.get((read.path, read.context, query), ()) if other.is_success]


def find_neighbours(reads: list[Read], read: Read) -> tuple[Read | None, Read | None]:
    """Return the last of some reads that ended before another began, and the first that began after it ended."""
    before = after = None
    for other in reads:
        if other.ended <= read.began and other is not read:
            before = other
        elif other.began >= read.ended and other is not read:
            after = other
            break
    return before, after
